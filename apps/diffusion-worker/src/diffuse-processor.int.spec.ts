import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { S3AssetStore } from '@medley/assets';
import {
  NO_TRACING,
  commitGeneration,
  objectKeys,
  type AssetStore,
  type GenerationRequest,
  type JobContext,
} from '@medley/domain';
import { SessionPool, loadBundle } from '@medley/inference';
import { LatentStore, TensorExchange } from '@medley/latents';
import { Media, MediaPool } from '@medley/media';
import { CostRecorder, QueueAdapter } from '@medley/queue';
import { Metrics, StageRuns, createLogger } from '@medley/runtime';
import { standardNormal } from '@medley/tensor';
import { sampleRequest, testDeployment } from '@medley/testing';
import { DiffuseProcessor } from './diffuse-processor.ts';
import { DiffusionMetrics } from './diffusion-metrics.ts';
import { RunReporter } from './run-reporter.ts';
import { RunTraces } from './run-traces.ts';
import { serveBundle } from './served-bundle.ts';
import { Pipeline } from './worker.fixture.ts';

jest.setTimeout(60_000);

/** Where tensors wait at the door. */
class SlowStore extends S3AssetStore {
  door = Promise.withResolvers<void>();

  override async put(...[key, body, options]: Parameters<AssetStore['put']>): ReturnType<AssetStore['put']> {
    if (key.startsWith('tensors/')) await this.door.promise;
    return super.put(key, body, options);
  }
}

const { signal } = new AbortController();
const logger = createLogger({ name: 'test', level: 'silent' });
let pipeline: Pipeline;
let sessions: SessionPool;
let mediaPool: MediaPool;
let queue: QueueAdapter;
let store: SlowStore;
let exchange: TensorExchange;
let diffuse: DiffuseProcessor;

beforeAll(async () => {
  pipeline = await Pipeline.start();
  sessions = new SessionPool({ threads: 1 });
  mediaPool = await MediaPool.start({ children: 1, sandbox: 'auto' });
  queue = new QueueAdapter({ url: pipeline.redis.url, name: 'test', onError: () => undefined });
  await queue.start();
  const metrics = new DiffusionMetrics(new Metrics('test'), logger, () => 0);
  const [stages, traces] = [new StageRuns({ tracing: NO_TRACING, logger }), new RunTraces(NO_TRACING)];
  const bundle = await loadBundle(`${testDeployment.bundles}/${testDeployment.model}`);
  const served = await serveBundle(
    bundle,
    sessions,
    metrics,
    new CostRecorder(queue.costs(bundle), () => undefined),
    traces,
  );
  store = new SlowStore(pipeline.storage.options);
  exchange = new TensorExchange({
    store: new LatentStore({ budgetBytes: 2 ** 20, leaseSeconds: 60 }),
    objects: store,
    address: 'localhost:1',
    deployment: 'medley',
    secret: testDeployment.secret,
  });
  const ports = { ...pipeline.ports, store };
  const { live, events } = ports;
  const reporter = new RunReporter({
    live,
    events,
    previewer: served.previewer,
    media: new Media(mediaPool),
    metrics,
    logger,
  });
  diffuse = new DiffuseProcessor({ served, ports, exchange, reporter, stages, traces, logger });
});
beforeEach(() => void (store.door = Promise.withResolvers<void>()));
afterAll(async () => {
  exchange.close();
  store.close();
  await queue.close();
  await mediaPool.close();
  await sessions.close();
  await pipeline.close();
});

/** A generation whose prompt is encoded, and the job that diffuses it. */
async function encoded(): Promise<{ request: GenerationRequest; context: JobContext }> {
  const request = sampleRequest(pipeline.bundle);
  await pipeline.ports.live.create(request, 1);
  const embedding = standardNormal([1, 64], { seed: 7, modality: 0, sample: 0, stream: 9 });
  const reference = await pipeline.exchange.publish(request.id, embedding, signal);
  await pipeline.ports.live.update(request.id, 1, { embeddings: { 0: reference } });
  const context: JobContext = {
    payload: { v: 1, generation: request.id, epoch: 1, role: 0 },
    state: await pipeline.ports.live.read(request.id),
    attempt: 1,
    queueSeconds: 0,
    lastAttempt: false,
    signal,
  };
  return { request, context };
}

/** Until diffusion tells that it is completed. */
async function passedOn(request: GenerationRequest): Promise<void> {
  for await (const event of pipeline.watch(request)) void event;
}

const tensorsOf = async ({ id }: GenerationRequest) =>
  (await pipeline.storage.store.list(objectKeys.tensorPrefix(id))).keys;

describe('DiffuseProcessor', () => {
  it('passes latents on from memory while S3 takes them, and ends when S3 has them', async () => {
    const { request, context } = await encoded();
    let ended = false;
    const run = diffuse.run(context).then(() => (ended = true));
    await passedOn(request);
    const { latents } = (await pipeline.ports.live.read(request.id))!;
    const [{ digest, address }] = Object.values(latents) as [(typeof latents)[string]];
    expect(address).toBe('localhost:1');
    expect(
      await exchange.fetch(request.id, { digest, data_type: 'float32', shape: latents[0]!.shape }, signal),
    ).toBeDefined();
    const jobs = [...(await pipeline.ports.queue.jobStates(request, 1)).values()];
    expect(jobs.find(({ stage }) => stage === 'decode')?.state).toBe('live');
    expect(await tensorsOf(request)).not.toContain(objectKeys.tensor(request.id, digest));
    expect(ended).toBe(false);

    store.door.resolve();
    await run;
    expect(await tensorsOf(request)).toContain(objectKeys.tensor(request.id, digest));
  });

  it('takes back what came to S3 after its generation had ended', async () => {
    const { request, context } = await encoded();
    const run = diffuse.run(context);
    await passedOn(request);
    await commitGeneration({ ...pipeline.ports, store: pipeline.storage.store }, request, 1, { status: 'canceled' });
    store.door.resolve();
    await run;
    expect(await tensorsOf(request)).toEqual([]);
  });

  it('fails with S3, when the latents are passed on already', async () => {
    const { request, context } = await encoded();
    const run = diffuse.run(context);
    await passedOn(request);
    store.door.reject(new Error('no room'));
    await expect(run).rejects.toThrow('no room');
  });
});
