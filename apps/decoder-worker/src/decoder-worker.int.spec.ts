import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { commitGeneration, objectKeys, readResult, type GenerationRequest, type Modality } from '@medley/domain';
import { float32 } from '@medley/tensor';
import { Pipeline, outputs, startWorker } from './worker.fixture.ts';
import type { AppProcess } from '@medley/testing';

jest.setTimeout(60_000);

const { signal } = new AbortController();
let pipeline: Pipeline;
let worker: AppProcess;

beforeAll(async () => {
  pipeline = await Pipeline.start();
  worker = await startWorker(pipeline);
});
afterAll(async () => {
  await worker.end('SIGKILL');
  await pipeline.close();
});

const digests = (result: { outputs: readonly { sha256: string }[] }) => result.outputs.map(({ sha256 }) => sha256);
const filesOf = async ({ id }: GenerationRequest) =>
  (await pipeline.storage.store.list(objectKeys.outputPrefix(id))).keys;
const ALL = outputs(['video', 'mp4'], ['text', 'txt'], ['image', 'png'], ['audio', 'wav']);

describe('decoder worker', () => {
  it.each([
    ['text', 'txt', 'text/plain; charset=utf-8', { text: expect.any(String), truncated: expect.any(Boolean) }],
    ['image', 'png', 'image/png', { width: 64, height: 64 }],
    ['image', 'webp', 'image/webp', { width: 64, height: 64 }],
    ['audio', 'wav', 'audio/wav', { seconds: 1, sample_rate: 16_000 }],
    ['audio', 'flac', 'audio/flac', { seconds: 1, sample_rate: 16_000 }],
    ['audio', 'opus', 'audio/ogg', { seconds: 1, sample_rate: 16_000 }],
    ['video', 'mp4', 'video/mp4', { width: 64, height: 64, fps: 8, seconds: 1 }],
    ['video', 'webm', 'video/webm', { width: 64, height: 64, fps: 8, seconds: 1 }],
  ] as const)('makes %s as %s, with its origin, the same bytes each time', async (type, format, contentType, facts) => {
    const { result } = await pipeline.generate({ outputs: outputs([type, format]) });
    const [output] = result.outputs;
    expect(result).toMatchObject({ status: 'succeeded', seed: 7, epoch: 1 });
    expect(result.outputs).toEqual([expect.objectContaining({ type, role: 'primary', sample: 0, ...facts })]);
    const file = await pipeline.file(output!);
    expect(output).toMatchObject({
      content_type: contentType,
      bytes: file.byteLength,
      sha256: createHash('sha256').update(file).digest('hex'),
    });
    expect(output!.key).toMatch(
      new RegExp(`^generations/${result.id}/outputs/e1-a1-[0-9a-f]{16}/${type}-0\\.${format}$`),
    );
    if (type === 'text') expect(file.toString('utf8')).toBe(output!.text);
    else expect(file.toString('latin1')).toContain('trainedAlgorithmicMedia');
    if (type !== 'text') expect(file.toString('latin1')).toContain(pipeline.bundle.digest);
    const again = await pipeline.generate({ outputs: outputs([type, format]) });
    expect(digests(again.result)).toEqual(digests(result));
    const other = await pipeline.generate({ outputs: outputs([type, format]), seed: 8 });
    expect(digests(other.result)).not.toEqual(digests(result));
  });

  it('gathers outputs in the order asked for, every sample of each, and muxes sound with pictures', async () => {
    const { result, events } = await pipeline.generate({ outputs: ALL, samples: 2 });
    expect(result.outputs.map(({ type, role, sample }) => [type, role, sample])).toEqual([
      ...['video', 'text', 'image', 'audio'].flatMap((type) => [
        [type, 'primary', 0],
        [type, 'primary', 1],
      ]),
      ['video', 'muxed', 0],
      ['video', 'muxed', 1],
    ]);
    const [video, muxed] = [result.outputs[0]!, result.outputs[8]!];
    expect(muxed).toMatchObject({ content_type: 'video/mp4', width: 64, height: 64, fps: 8, seconds: 1 });
    const target = { width: 64, height: 64, frames: 8, fps: 8, maxSeconds: 5 };
    const pictures = await pipeline.media.decodeVideo(await pipeline.file(muxed), target, signal);
    expect(pictures).toEqual(await pipeline.media.decodeVideo(await pipeline.file(video), target, signal));
    const sound = { sampleRate: 16_000, channels: 1, samples: 16_000, maxSeconds: 5 };
    const heard = await pipeline.media.decodeAudio(await pipeline.file(muxed), sound, signal);
    const made = await pipeline.media.decodeAudio(await pipeline.file(result.outputs[6]!), sound, signal);
    expect(correlation(heard.data, made.data)).toBeGreaterThan(0.7);
    const told = events.flatMap((event) => (event.type === 'output' ? [`${event.output} ${event.role}`] : []));
    expect(told.sort()).toEqual(
      ['audio', 'image', 'text', 'video']
        .flatMap((type) => [`${type} primary`, `${type} primary`])
        .concat(['video muxed', 'video muxed'])
        .sort(),
    );
    expect(events.at(-1)).toEqual({ type: 'succeeded' });
    expect(Object.keys(result.timings)).toEqual(
      expect.arrayContaining([
        'diffuse_completed',
        'decode_started',
        'decode_completed',
        'assemble_started',
        'committed',
      ]),
    );
  });

  it('gives the same bytes alone and among nine others', async () => {
    const alone = await pipeline.generate({ outputs: ALL });
    const [first] = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        pipeline.generate({ outputs: ALL, seed: index === 0 ? 7 : 100 + index }),
      ),
    );
    expect(digests(first!.result)).toEqual(digests(alone.result));
  });

  it('changes nothing when its jobs run again', async () => {
    const request = await pipeline.prepare({ outputs: ALL });
    const { result } = await pipeline.finish(request);
    const files = await filesOf(request);
    await pipeline.assembled(request);
    await pipeline.ports.queue.removeJobs(request, 1);
    await pipeline.ports.queue.addDecodeFlow(request, 1, 5);
    await pipeline.assembled(request);
    expect(await readResult(pipeline.storage.store, request.id)).toEqual(result);
    expect(await filesOf(request)).toEqual(files);
  });

  it('makes only what is missing after a crash in between', async () => {
    const whole = await pipeline.generate({ outputs: ALL });
    const request = await pipeline.prepare({ outputs: ALL });
    const known = whole.result.outputs[2]!;
    await pipeline.ports.live.update(request.id, 1, { outputs: { 2: known } });
    const { result } = await pipeline.finish(request);
    expect(result.outputs[2]).toEqual(known);
    expect(digests(result)).toEqual(digests(whole.result));
    expect(await filesOf(request)).toHaveLength(4);
  });

  it('commits a file that is alone as soon as it is made', async () => {
    const { request, events, result } = await pipeline.generate();
    expect(result).toMatchObject({ status: 'succeeded', outputs: [expect.objectContaining({ type: 'image' })] });
    const told = events.flatMap((event) => (event.type === 'stage' ? [`${event.stage} ${event.state}`] : [event.type]));
    expect(told).toEqual([
      ...['decode started', 'output', 'decode completed', 'assemble started', 'assemble completed', 'succeeded'],
    ]);
    const states = async () => [...(await pipeline.ports.queue.jobStates(request, 1)).values()];
    const of = async (stage: string) => (await states()).find((job) => job.stage === stage)?.state;
    while ((await of('decode')) === 'live') await setImmediate();
    expect([await of('decode'), await of('assemble')]).toEqual(['completed', 'absent']);
  });

  it('commits a file that is alone although its decoder died before it could', async () => {
    const whole = await pipeline.generate();
    const request = await pipeline.prepare();
    await pipeline.ports.live.update(request.id, 1, { outputs: { 0: whole.result.outputs[0]! } });
    const { result } = await pipeline.finish(request);
    expect(result).toMatchObject({ status: 'succeeded', outputs: whole.result.outputs });
  });

  it('decodes from S3 what no worker holds any more, and commits nothing for what is gone from there too', async () => {
    const request = await pipeline.prepare();
    pipeline.exchange.release(request.id);
    expect((await pipeline.finish(request)).result.status).toBe('succeeded');
    const lost = await pipeline.prepare();
    pipeline.exchange.release(lost.id);
    const { latents } = (await pipeline.ports.live.read(lost.id))!;
    await pipeline.storage.store.delete([objectKeys.tensor(lost.id, latents[0]!.digest)]);
    await pipeline.ports.queue.addDecodeFlow(lost, 1, 5);
    await pipeline.assembled(lost);
    expect(await readResult(pipeline.storage.store, lost.id)).toBeUndefined();
    expect(await filesOf(lost)).toEqual([]);
  });

  it.each(['image', 'audio', 'video'] as const)(
    'a latent of %s that is not finite fails its generation',
    async (type) => {
      const request = await pipeline.prepare({ outputs: outputs([type, FORMAT[type]]) });
      const { shape } = pipeline.bundle.manifest.modalities[type]!.latent;
      const broken = float32(shape);
      broken.data.fill(NaN);
      const reference = await pipeline.exchange.publish(request.id, broken, signal);
      await pipeline.ports.live.update(request.id, 1, { latents: { 0: reference } });
      const { result, events } = await pipeline.finish(request);
      expect(result).toMatchObject({ status: 'failed', error: { code: 'numeric_failure' }, outputs: [] });
      expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'numeric_failure' });
    },
  );

  it('keeps the deadline of a request', async () => {
    const { result } = await pipeline.generate({ deadline_seconds: 0.001 });
    expect(result).toMatchObject({ status: 'failed', outputs: [], error: { code: 'deadline_exceeded' } });
  });

  it('leaves a canceled generation alone', async () => {
    const request = await pipeline.prepare();
    const { store } = pipeline.storage;
    await commitGeneration({ ...pipeline.ports, store }, request, 1, { status: 'canceled' });
    await pipeline.ports.queue.addDecodeFlow(request, 1, 5);
    await pipeline.assembled(request);
    expect((await readResult(store, request.id))?.status).toBe('canceled');
    expect(await filesOf(request)).toEqual([]);
  });

  it('hands back on SIGTERM what it has in hand, and another goes on', async () => {
    const requests = await Promise.all(Array.from({ length: 4 }, () => pipeline.prepare({ outputs: ALL, samples: 2 })));
    const ended = Promise.all(requests.map((request) => pipeline.finish(request)));
    expect(await worker.end('SIGTERM')).toBe(0);
    worker = await startWorker(pipeline);
    for (const { result } of await ended) expect(result.status).toBe('succeeded');
  });

  it('is ready with everything it needs', async () => {
    const readiness = (await (await fetch(`${worker.health}/readyz`)).json()) as { ready: boolean; checks: object };
    expect(readiness.ready).toBe(true);
    expect(Object.keys(readiness.checks).sort()).toEqual(['redis', 's3', 'sandbox', 'sessions']);
    expect(await worker.count('mux_failures_total')).toBe(0);
  });
});

const FORMAT = { text: 'txt', image: 'png', audio: 'wav', video: 'mp4' } as const satisfies Record<Modality, string>;

function correlation(a: Float32Array, b: Float32Array): number {
  const product = a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  return product / (Math.hypot(...a) * Math.hypot(...b));
}
