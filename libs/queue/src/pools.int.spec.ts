import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import {
  GenerationError,
  queueName,
  type GenerationRequest,
  type JobContext,
  type LiveStatePatch,
  type Stage,
  type TensorReference,
} from '@medley/domain';
import { RedisServer } from '@medley/testing';
import type { BundlePools, PoolStage } from './pools.ts';
import type { Processor } from './processor.ts';
import type { QueueAdapter, QueuePorts } from './queue-adapter.ts';
import { RecordingObserver, bundle, openAdapter, sampleRequest, smallRequest } from './queue.fixture.ts';

let server: RedisServer;
let adapter: QueueAdapter;
/** What another process has of the same Redis. */
let other: QueueAdapter;
let ports: QueuePorts;
let observer: RecordingObserver;
let processors: Processor[];

beforeAll(async () => {
  server = await RedisServer.start();
  ({ adapter } = openAdapter(server.url));
  ({ adapter: other } = openAdapter(server.url));
  await Promise.all([adapter.start(), other.start()]);
  ports = adapter.ports('prompt');
});
afterAll(async () => {
  await Promise.all([adapter.close(), other.close()]);
  await server.close();
});
beforeEach(async () => {
  await adapter.connections.patient.flushdb();
  observer = new RecordingObserver();
  processors = [];
});
afterEach(async () => {
  for (const processor of processors) {
    await processor.stop();
    await processor.drain(AbortSignal.abort());
    await processor.close();
  }
});

const tensor: TensorReference = { digest: 'a'.repeat(64), data_type: 'float32', shape: [1] };
const output = {
  type: 'image',
  role: 'primary',
  sample: 0,
  key: 'k',
  sha256: 's',
  bytes: 1,
  content_type: 'c',
} as const;
const asset = { id: 'ast_a', content_type: 'image/png', sha256: 's', bytes: 1 };
const FULL_STEP = {
  'image denoiser': 2,
  'image environment_encoder': 1,
  'audio denoiser': 2,
  'audio environment_encoder': 1,
};
const times = (rows: Record<string, number>, factor: number) =>
  Object.fromEntries(Object.entries(rows).map(([name, count]) => [name, count * factor]));

/** The only pools there are; undefined when none has work. */
const read = async (): Promise<BundlePools | undefined> => (await adapter.pools.read())[0];
/** Rows that are left by stage; stages that have none are not named. */
async function left(): Promise<Partial<Record<PoolStage, Record<string, number>>>> {
  const stages = (await read())?.stages ?? [];
  return Object.fromEntries(
    stages.filter(({ rows }) => Object.keys(rows).length > 0).map(({ stage, rows }) => [stage, rows]),
  );
}
const waiting = async () =>
  Object.fromEntries(((await read())?.stages ?? []).map(({ stage, waiting: jobs }) => [stage, jobs]));
async function accept(overrides: Partial<GenerationRequest> = {}, make = sampleRequest): Promise<GenerationRequest> {
  const request = make(overrides);
  await ports.live.create(request, 1);
  await ports.queue.addEncodeFlow(request, 1, 5);
  return request;
}
const update = (request: GenerationRequest, patch: LiveStatePatch, epoch = 1) =>
  ports.live.update(request.id, epoch, patch);
function work(stage: Stage, handler: (context: JobContext) => Promise<void>): void {
  processors.push(adapter.processor({ stage, queue: queueName(stage, bundle), concurrency: 1, handler, observer }));
}
const ENDS = [{ status: 'succeeded' }, { status: 'failed' }, { status: 'canceled' }] as const;

describe('the work of pools', () => {
  it('counts diffusion from the acceptance on, and goes down with every part that is done', async () => {
    const request = await accept();
    const prompts = { 'text prompt_encoder': 2, 'image prompt_encoder': 1 };
    expect(await read()).toMatchObject({ bundle: bundle.name, digest: bundle.digest.slice(0, 8), open: 1 });
    expect(await left()).toEqual({ encode: prompts, diffuse: times(FULL_STEP, 4) });
    await update(request, { status: 'encoding', embeddings: { 0: tensor } });
    await update(request, { assets: { 1: asset } });
    expect((await left()).encode).toEqual({ 'text prompt_encoder': 1, 'image prompt_encoder': 1 });
    await update(request, { embeddings: { 1: tensor } });
    await update(request, { embeddings: { 2: tensor } });
    expect(await left()).toEqual({ diffuse: times(FULL_STEP, 4) });
    await update(request, { status: 'diffusing', progress: { step: 0, steps: 4 } });
    await update(request, { progress: { step: 3, steps: 4 } });
    expect(await left()).toEqual({ diffuse: FULL_STEP });
    await update(request, { latents: { 0: tensor, 1: tensor } });
    expect(await left()).toEqual({ decode: { 'image decoder': 1, 'audio decoder': 1 } });
    await update(request, { outputs: { 1: output } });
    expect(await left()).toEqual({ decode: { 'image decoder': 1 } });
    await update(request, { outputs: { 0: output } });
    expect(await left()).toEqual({});
    expect((await read())?.open).toBe(1);
    await update(request, { status: 'succeeded' });
    await read();
    expect(await adapter.pools.read()).toEqual([]);
  });

  it('counts nothing twice when jobs run twice, and again what is begun again', async () => {
    const request = await accept({}, smallRequest);
    const twice = async (patch: LiveStatePatch) => {
      await update(request, patch);
      await update(request, patch);
    };
    await twice({ embeddings: { 0: tensor } });
    expect(await left()).toEqual({ diffuse: { 'image denoiser': 8 } });
    await update(request, { progress: { step: 3, steps: 4 } });
    await update(request, { progress: { step: 0, steps: 4 } });
    expect(await left()).toEqual({ diffuse: { 'image denoiser': 8 } });
    await twice({ latents: { 0: tensor } });
    await update(request, { progress: { step: 2, steps: 4 } });
    expect(await left()).toEqual({ decode: { 'image decoder': 1 } });
    await twice({ outputs: { 0: output } });
    await twice({ latents: { 0: tensor } });
    expect(await left()).toEqual({});
    await ports.live.create(request, 2);
    await ports.live.create(request, 2);
    expect(await read()).toMatchObject({ open: 1 });
    expect(await left()).toEqual({ encode: { 'text prompt_encoder': 1 }, diffuse: { 'image denoiser': 8 } });
    await update(request, { embeddings: { 0: tensor } });
    expect((await left()).encode).toEqual({ 'text prompt_encoder': 1 });
    await twice({ status: 'canceled' });
    expect([await left(), (await read())?.open ?? 0]).toEqual([{}, 0]);
  });

  it.each(ENDS)('is zero when all has ended as $status, wherever it was', async (end) => {
    const requests = await Promise.all([accept(), accept(), accept(), accept()]);
    await update(requests[1], { embeddings: { 0: tensor } });
    await update(requests[2], { embeddings: { 0: tensor, 1: tensor, 2: tensor }, progress: { step: 1, steps: 4 } });
    await update(requests[3], { embeddings: { 0: tensor, 1: tensor, 2: tensor }, latents: { 0: tensor, 1: tensor } });
    expect((await read())?.open).toBe(4);
    for (const request of requests) await update(request, end);
    await read();
    expect(await adapter.pools.read()).toEqual([]);
    expect(await adapter.connections.patient.keys('*{medley}.w[oa]*')).toEqual([]);
  });

  it('is zero when a generation is erased', async () => {
    const request = await accept();
    await ports.live.remove(request.id);
    await read();
    expect(await adapter.pools.read()).toEqual([]);
  });

  it('that was accepted is counted once for each generation, and stays when all has ended', async () => {
    const seconds = { encode: 0.25, diffuse: 4.5, decode: 1e-7 };
    const request = sampleRequest();
    for (const epoch of [1, 1, 2]) await ports.live.create(request, epoch, { accepted: seconds });
    await ports.live.create(smallRequest(), 1, { accepted: { ...seconds, encode: 0 } });
    await ports.live.create(smallRequest(), 1);
    const expected = { encode: 0.25, diffuse: 9, decode: 2e-7 };
    const { bundle: name, digest } = (await read())!;
    expect(await adapter.pools.accepted()).toEqual([{ bundle: name, digest, seconds: expected }]);
    await update(request, { status: 'succeeded' });
    await read();
    expect(await other.pools.accepted()).toEqual([{ bundle: name, digest, seconds: expected }]);
  });

  it('is the same for two processes, with what graphs were measured to cost', async () => {
    await accept();
    await adapter.costs(bundle).record({ 'image denoiser': 12.5 });
    const strip = (pools: BundlePools[]) =>
      pools.map(({ stages, ...rest }) => ({ ...rest, stages: stages.map(({ rows, waiting: jobs }) => [rows, jobs]) }));
    const [mine, theirs] = await Promise.all([adapter.pools.read(), other.pools.read()]);
    expect(strip(mine)).toEqual(strip(theirs));
    expect(mine[0]!.costs).toEqual({ 'image denoiser': 12.5 });
  });
});

describe('the wait of pools', () => {
  it('begins when a job could start', async () => {
    const request = await accept();
    expect(await waiting()).toEqual({ encode: 2, diffuse: 0, decode: 0 });
    await update(request, { assets: { 1: asset } });
    expect(await waiting()).toMatchObject({ encode: 3 });
    const before = (await read())!.stages[0]!.oldestWaitSeconds;
    while ((await read())!.stages[0]!.oldestWaitSeconds <= before) await setImmediate();
    await update(request, { embeddings: { 0: tensor, 1: tensor, 2: tensor } });
    expect(await waiting()).toEqual({ encode: 0, diffuse: 1, decode: 0 });
    expect((await read())!.stages[0]!.oldestWaitSeconds).toBe(0);
    await update(request, { latents: { 0: tensor, 1: tensor } });
    expect(await waiting()).toEqual({ encode: 0, diffuse: 0, decode: 2 });
    await update(request, { status: 'failed' });
    expect(await waiting()).toEqual({ encode: 0, diffuse: 0, decode: 0 });
  });

  it('ends when the job starts, begins again when it is tried again, and not when it has ended', async () => {
    const request = await accept({}, smallRequest);
    const seen: unknown[] = [];
    work('encode', async ({ attempt, lastAttempt: _last }) => {
      seen.push((await waiting())['encode']);
      if (attempt === 1) throw new GenerationError('storage_unavailable', 'not now');
    });
    await observer.until(() => observer.outcomes.length === 1);
    expect(observer.outcomes[0]?.outcome).toBe('retried');
    expect(await waiting()).toMatchObject({ encode: 1 });
    await observer.until(() => observer.outcomes.length === 2);
    expect(seen).toEqual([0, 0]);
    expect(observer.again).toEqual([false, true]);
    expect(await left()).toMatchObject({ encode: { 'text prompt_encoder': 1 } });
    await update(request, { status: 'canceled' });
    await adapter.pools.again(queueName('encode', bundle), `${request.id}-e1-encode-0`, { held: true });
    expect(await waiting()).toEqual({ encode: 0, diffuse: 0, decode: 0 });
  });

  it('begins again when a worker hands its job back', async () => {
    await accept({}, smallRequest);
    const { promise: running, resolve: begun } = Promise.withResolvers<void>();
    work('encode', async ({ signal }) => {
      begun();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    await running;
    expect(await waiting()).toMatchObject({ encode: 0 });
    await processors[0]!.stop();
    await processors[0]!.drain(AbortSignal.abort());
    expect(await waiting()).toMatchObject({ encode: 1 });
  });
});
