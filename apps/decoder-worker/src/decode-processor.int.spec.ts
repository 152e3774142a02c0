import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { S3AssetStore } from '@medley/assets';
import { GenerationError, NO_TRACING, objectKeys, readResult, type AssetStore, type JobContext } from '@medley/domain';
import { SessionPool } from '@medley/inference';
import { CostRecorder, QueueAdapter } from '@medley/queue';
import { Metrics, StageRuns, createLogger } from '@medley/runtime';
import { AssembleProcessor } from './assemble-processor.ts';
import { DecodeProcessor } from './decode-processor.ts';
import { DecoderMetrics } from './decoder-metrics.ts';
import { OutputRenderer } from './output-renderer.ts';
import { OutputStore } from './output-store.ts';
import { SampleMuxer } from './sample-muxer.ts';
import { serveBundle } from './served-bundle.ts';
import { Pipeline } from './worker.fixture.ts';

jest.setTimeout(60_000);

/** Storage that is away for one key. */
class LeakyStore extends S3AssetStore {
  away: string | undefined;

  override put(...[key, body, options]: Parameters<AssetStore['put']>): ReturnType<AssetStore['put']> {
    if (key === this.away) return Promise.reject(new GenerationError('storage_unavailable', `${key} is away`));
    return super.put(key, body, options);
  }
}

let pipeline: Pipeline;
let sessions: SessionPool;
let queue: QueueAdapter;
let store: LeakyStore;

beforeAll(async () => {
  pipeline = await Pipeline.start();
  sessions = new SessionPool({ threads: 1 });
  queue = new QueueAdapter({ url: pipeline.redis.url, name: 'test', onError: () => undefined });
  await queue.start();
  store = new LeakyStore(pipeline.storage.options);
});
afterAll(async () => {
  store.close();
  await queue.close();
  await sessions.close();
  await pipeline.close();
});

async function processors() {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const metrics = new DecoderMetrics(new Metrics('test'), logger, () => 0);
  const { bundle, exchange, media } = pipeline;
  const ports = { ...pipeline.ports, store };
  const stages = new StageRuns({ tracing: NO_TRACING, logger });
  const outputs = new OutputStore(store);
  const muxer = new SampleMuxer(media, outputs);
  const assemble = new AssembleProcessor({ muxer, outputs, ports, exchange, metrics, stages, logger });
  const costs = new CostRecorder(queue.costs(bundle), () => undefined);
  const served = await serveBundle(bundle, sessions, metrics);
  const renderer = new OutputRenderer({ served, media, metrics, costs, tracing: NO_TRACING });
  return { assemble, decode: new DecodeProcessor({ renderer, outputs, assemble, ports, exchange, stages, logger }) };
}

describe('DecodeProcessor', () => {
  it('leaves a lone file that it cannot commit to the assemble job, even on its last attempt', async () => {
    const request = await pipeline.prepare();
    const { assemble, decode } = await processors();
    const context: JobContext = {
      payload: { v: 1, generation: request.id, epoch: 1, role: 0 },
      state: await pipeline.ports.live.read(request.id),
      attempt: 7,
      queueSeconds: 0,
      lastAttempt: true,
      signal: new AbortController().signal,
    };
    store.away = objectKeys.result(request.id);
    await decode.run(context);
    expect(await readResult(pipeline.storage.store, request.id)).toBeUndefined();
    expect((await pipeline.ports.live.read(request.id))?.status).toBe('decoding');

    store.away = undefined;
    const state = await pipeline.ports.live.read(request.id);
    await assemble.run({ ...context, state, attempt: 1, lastAttempt: false });
    const result = await readResult(pipeline.storage.store, request.id);
    expect(result).toMatchObject({ status: 'succeeded', outputs: [expect.objectContaining({ role: 'primary' })] });
  });
});
