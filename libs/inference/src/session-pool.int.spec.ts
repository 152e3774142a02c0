import { afterEach, describe, expect, it } from '@jest/globals';
import { describeError, loadBundle } from '@medley/domain';
import { float32 } from '@medley/tensor';
import { GraphRunner, LatentDecoder, PromptEncoder, SessionPool, TextCodec, type GraphObserver } from './index.ts';
import { checkSignature } from './graph-signature.ts';

const folder = new URL('../../../bundles/tiny-codi/', import.meta.url).pathname;
const never = new AbortController().signal;
const pools: SessionPool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

async function runnerWith(threads: number, observer: GraphObserver = {}) {
  const pool = new SessionPool({ threads });
  pools.push(pool);
  const roles = ['prompt_encoder', 'decoder', 'text_decoder'] as const;
  const runner = await GraphRunner.load(await loadBundle(folder), pool, roles, observer);
  return { pool, runner };
}

describe('SessionPool', () => {
  it('tells how long a thread was at a graph, not how long that had to wait for it', async () => {
    const seconds: number[] = [];
    const { runner } = await runnerWith(1, { ran: (graph) => seconds.push(graph.seconds) });
    const begun = performance.now();
    const run = () => runner.run('video', 'decoder', { latent: float32([8, 4, 8, 8, 8]) }, never);
    await Promise.all([run(), run(), run(), run()]);
    expect(seconds).toHaveLength(4);
    expect(Math.min(...seconds)).toBeGreaterThan(0);
    expect(seconds.reduce((sum, one) => sum + one)).toBeLessThan((performance.now() - begun) / 1000);
  });

  it('keeps the event loop of the caller free while graphs run', async () => {
    const { runner } = await runnerWith(1);
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    const started = performance.now();
    while (performance.now() - started < 1_000) {
      const latent = float32([8, 4, 8, 8, 8]);
      await runner.run('video', 'decoder', { latent }, never);
    }
    clearInterval(timer);
    // Loading or running on the caller's thread would leave a handful.
    expect(ticks).toBeGreaterThan(30);
  });

  it('refuses a graph where the provider that is asked for is not installed', async () => {
    const pool = new SessionPool({ threads: 1, provider: 'cuda' });
    pools.push(pool);
    const bundle = await loadBundle(folder);
    await expect(GraphRunner.load(bundle, pool, ['decoder'])).rejects.toThrow(/the graph failed: .*Cuda/);
  });

  it('removes an aborted task that has not begun, and drops the answer of one that has', async () => {
    const { runner } = await runnerWith(1);
    const stop = new AbortController();
    const calls = [1, 2, 3].map(() => runner.run('image', 'decoder', { latent: float32([4, 4, 8, 8]) }, stop.signal));
    stop.abort(new Error('canceled'));
    for (const call of calls) await expect(call).rejects.toThrow('canceled');
    await expect(runner.run('image', 'decoder', { latent: float32([1, 4, 8, 8]) }, never)).resolves.toMatchObject({
      shape: [1, 3, 64, 64],
    });
  });

  it('says what a graph was given wrongly, though not to clients, and lives on', async () => {
    const { runner } = await runnerWith(1);
    const failed: unknown = await runner
      .run('image', 'decoder', { latent: float32([1, 4, 8, 7]) }, never)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ message: expect.stringMatching(/^the graph failed: .*7/s) });
    expect(describeError(failed)).toMatchObject({ code: 'internal', message: expect.not.stringContaining('graph') });
    await expect(runner.run('image', 'decoder', { latent: float32([1, 4, 8, 8]) }, never)).resolves.toBeDefined();
  });

  it('rejects what is left when it is closed', async () => {
    const { runner, pool } = await runnerWith(1);
    const calls = [1, 2, 3].map(() => runner.run('image', 'decoder', { latent: float32([4, 4, 8, 8]) }, never));
    const settled = Promise.allSettled(calls);
    await pool.close();
    for (const { status } of (await settled).slice(1)) expect(status).toBe('rejected');
    await expect(runner.run('image', 'decoder', { latent: float32([1, 4, 8, 8]) }, never)).rejects.toMatchObject({
      retryable: true,
    });
  });
});

describe('codecs', () => {
  it('encode any text to a normalised condition', async () => {
    const { runner } = await runnerWith(1);
    const encoder = new PromptEncoder(runner, await TextCodec.load(runner.bundle));
    const dog = await encoder.encodeText('a dog 🐶', never);
    expect(dog.shape).toEqual([1, 64]);
    expect(dog.data.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 4);
    expect([...(await encoder.encodeText('a cat', never)).data]).not.toEqual([...dog.data]);
  });

  it('write text that depends on latent and seed, within the maximum', async () => {
    const { runner } = await runnerWith(1);
    const decoder = new LatentDecoder(runner, await TextCodec.load(runner.bundle));
    const latent = float32(
      [32],
      Float32Array.from({ length: 32 }, (_, index) => Math.sin(index)),
    );
    const one = await decoder.decodeText(latent, { seed: 1, sample: 0 }, never);
    expect(await decoder.decodeText(latent, { seed: 1, sample: 0 }, never)).toEqual(one);
    const texts = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => decoder.decodeText(latent, { seed, sample: 0 }, never)),
    );
    expect(new Set(texts.map(({ text }) => text)).size).toBeGreaterThan(10);
    expect(texts.some(({ truncated }) => truncated)).toBe(true);
    expect(texts.some(({ truncated }) => !truncated)).toBe(true);
    const short = await decoder.decodeText(latent, { seed: 1, sample: 0, maxTokens: 3 }, never);
    expect(short.text.length).toBeLessThanOrEqual(3);
  });

  it('is a failure of the numbers where the latent holds none', async () => {
    const { runner } = await runnerWith(1);
    const decoder = new LatentDecoder(runner, await TextCodec.load(runner.bundle));
    const { shape } = runner.bundle.manifest.modalities.text!.latent;
    const latent = float32(shape);
    latent.data.fill(NaN);
    await expect(decoder.decodeText(latent, { seed: 1, sample: 0 }, never)).rejects.toMatchObject({
      code: 'numeric_failure',
      message: 'the text decoder made values that are not numbers',
    });
  });

  it('write nothing where the text ends at once', async () => {
    const codec = await TextCodec.load(await loadBundle(folder));
    expect(codec.decode([])).toBe('');
  });
});

describe('checkSignature', () => {
  const real = {
    inputs: { latent: { type: 'float32', shape: ['batch', 4, 8, 8] } },
    outputs: { pixels: { type: 'float32', shape: ['batch', 3, 'h', 'w'] } },
  };

  it('names what differs', () => {
    expect(() =>
      checkSignature('bundle b: image.decoder', real, { inputs: { latent: [undefined, 4, 16, 16] }, outputs: {} }),
    ).toThrow('bundle b: image.decoder: input "latent" is [batch, 4, 8, 8], the manifest says [any, 4, 16, 16]');
    expect(() => checkSignature('g', real, { inputs: { z: [1] }, outputs: {} })).toThrow(
      'g has no input "z"; it has latent',
    );
    expect(() => checkSignature('g', real, { inputs: { latent: [undefined, 4, 8, 8] }, outputs: {} })).toThrow(
      '"pixels"',
    );
    const half = { ...real, outputs: { pixels: { type: 'float16', shape: ['batch', 3, 'h', 'w'] } } };
    const sides = {
      inputs: { latent: [undefined, 4, 8, 8] },
      outputs: { pixels: [undefined, 3, undefined, undefined] },
    };
    expect(() => checkSignature('g', half, sides)).toThrow('g: output "pixels" is of float16; float32 is taken');
    expect(() => checkSignature('g', real, sides)).not.toThrow();
  });
});
