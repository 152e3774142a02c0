import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { S3AssetStore } from '@medley/assets';
import { NO_TRACING, contentDigest, objectKeys, loadBundle, type AssetStore, type JobContext } from '@medley/domain';
import { SessionPool } from '@medley/inference';
import { LatentStore, TensorExchange } from '@medley/latents';
import { Metrics, StageRuns, createLogger } from '@medley/runtime';
import { testDeployment } from '@medley/testing';
import { ConditionEncoder } from './condition-encoder.ts';
import { EmbeddingCache } from './embedding-cache.ts';
import { EncodeProcessor } from './encode-processor.ts';
import { EncoderMetrics } from './encoder-metrics.ts';
import { serveBundle } from './served-bundle.ts';
import { Pipeline } from './worker.fixture.ts';

jest.setTimeout(60_000);

/** Puts that begin are named; each waits until a put under every prefix has begun. */
class MeetingStore extends S3AssetStore {
  readonly begun: string[] = [];
  readonly #prefixes: string[];
  readonly #met = Promise.withResolvers<void>();

  constructor(options: ConstructorParameters<typeof S3AssetStore>[0], prefixes: string[]) {
    super(options);
    this.#prefixes = prefixes;
  }

  override async put(...[key, body, options]: Parameters<AssetStore['put']>): ReturnType<AssetStore['put']> {
    this.begun.push(key);
    if (this.#prefixes.every((prefix) => this.begun.some((one) => one.startsWith(prefix)))) this.#met.resolve();
    await this.#met.promise;
    return super.put(key, body, options);
  }
}

let pipeline: Pipeline;
let sessions: SessionPool;

beforeAll(async () => {
  pipeline = await Pipeline.start();
  sessions = new SessionPool({ threads: 1 });
});
afterAll(async () => {
  await sessions.close();
  await pipeline.close();
});

/** One that puts into this store. */
async function processorOn(store: AssetStore) {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const metrics = new EncoderMetrics(new Metrics('test'), logger, () => 0);
  const bundle = await loadBundle(`${testDeployment.bundles}/${testDeployment.model}`);
  const troubles: unknown[] = [];
  const encoder = new ConditionEncoder({
    served: await serveBundle(bundle, sessions, {}),
    media: pipeline.media,
    objects: store,
    cache: new EmbeddingCache(store, 1024),
    metrics,
    tracing: NO_TRACING,
    troubled: (error) => troubles.push(error),
  });
  const exchange = new TensorExchange({
    store: new LatentStore({ budgetBytes: 1024, leaseSeconds: 60 }),
    objects: store,
    deployment: 'medley',
    secret: testDeployment.secret,
  });
  const stages = new StageRuns({ tracing: NO_TRACING, logger });
  const processor = new EncodeProcessor({ encoder, ports: { ...pipeline.ports, store }, exchange, stages, logger });
  return { processor, troubles, exchange };
}

const jobOf = async (generation: string): Promise<JobContext> => ({
  payload: { v: 1, generation, epoch: 1, role: 0 },
  state: await pipeline.ports.live.read(generation),
  attempt: 1,
  queueSeconds: 0,
  lastAttempt: false,
  signal: new AbortController().signal,
});

describe('EncodeProcessor', () => {
  it('puts an embedding for its generation and into the cache side by side, and ends when both stand', async () => {
    const condition = await pipeline.file('image', 7);
    const request = await pipeline.prepare({ conditions: [condition] });
    const digest = contentDigest('image', condition.asset.sha256);
    const kept = objectKeys.embedding(request.owner, request.bundle.digest, digest);
    const store = new MeetingStore(pipeline.storage.options, [kept, objectKeys.tensorPrefix(request.id)]);
    const { processor, troubles, exchange } = await processorOn(store);
    await processor.run(await jobOf(request.id));
    expect(troubles).toEqual([]);
    const { digest: tensor } = (await pipeline.ports.live.read(request.id))!.embeddings[0]!;
    expect(store.begun.sort()).toEqual([kept, objectKeys.tensor(request.id, tensor)].sort());
    for (const key of store.begun) expect(await pipeline.storage.store.head(key)).toBeDefined();
    exchange.close();
    store.close();
  });

  it('clears what an execution that died has stored of a generation that has ended, and encodes no more', async () => {
    const { store } = pipeline.storage;
    const request = await pipeline.prepare({ conditions: [await pipeline.file('image', 7)] });
    await store.put(objectKeys.tensor(request.id, 'late'), Buffer.from('x'), { contentType: 'text/plain' });
    const { processor, exchange } = await processorOn(store);
    await pipeline.ports.live.update(request.id, 1, { status: 'canceled' });
    await processor.run(await jobOf(request.id));
    expect((await store.list(objectKeys.tensorPrefix(request.id), { limit: 10 })).keys).toEqual([]);
    expect((await pipeline.ports.live.read(request.id))!.embeddings).toEqual({});
    exchange.close();
  });
});
