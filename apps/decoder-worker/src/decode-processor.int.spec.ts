import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { S3AssetStore } from '@medley/assets';
import { GenerationError, NO_TRACING, objectKeys, readResult, type AssetStore, type JobContext } from '@medley/domain';
import { SessionPool } from '@medley/inference';
import { Metrics, StageRuns, createLogger } from '@medley/runtime';
import { AssembleProcessor } from './assemble-processor.ts';
import { DecodeProcessor } from './decode-processor.ts';
import { DecoderMetrics } from './decoder-metrics.ts';
import { OutputRenderer } from './output-renderer.ts';
import { OutputStore } from './output-store.ts';
import { SampleMuxer } from './sample-muxer.ts';
import { serveBundle } from './served-bundle.ts';
import { Pipeline, outputs } from './worker.fixture.ts';

jest.setTimeout(60_000);

/** Storage that is away for keys with this in them. */
class LeakyStore extends S3AssetStore {
  away: string | undefined;

  override put(...[key, body, options]: Parameters<AssetStore['put']>): ReturnType<AssetStore['put']> {
    if (this.away !== undefined && key.includes(this.away))
      return Promise.reject(new GenerationError('storage_unavailable', `${key} is away`));
    return super.put(key, body, options);
  }
}

let pipeline: Pipeline;
let sessions: SessionPool;
let store: LeakyStore;

beforeAll(async () => {
  pipeline = await Pipeline.start();
  sessions = new SessionPool({ threads: 1 });
  store = new LeakyStore(pipeline.storage.options);
});
afterAll(async () => {
  store.close();
  await sessions.close();
  await pipeline.close();
});

const jobOf = async (generation: string, changes: Partial<JobContext> = {}): Promise<JobContext> => ({
  payload: { v: 1, generation, epoch: 1, role: 0 },
  state: await pipeline.ports.live.read(generation),
  attempt: 1,
  queueSeconds: 0,
  lastAttempt: false,
  signal: new AbortController().signal,
  ...changes,
});

async function processors() {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const metrics = new DecoderMetrics(new Metrics('test'), logger, () => 0);
  const { bundle, exchange, media } = pipeline;
  const ports = { ...pipeline.ports, store };
  const stages = new StageRuns({ tracing: NO_TRACING, logger });
  const files = new OutputStore(store);
  const muxer = new SampleMuxer(media, files);
  const assemble = new AssembleProcessor({ muxer, outputs: files, ports, exchange, metrics, stages, logger });
  const served = await serveBundle(bundle, sessions, {});
  const renderer = new OutputRenderer({ served, media, metrics, tracing: NO_TRACING });
  const decode = new DecodeProcessor({ renderer, outputs: files, assemble, ports, exchange, stages, logger });
  return { assemble, decode, metrics };
}

describe('DecodeProcessor', () => {
  it('leaves a lone file that it cannot commit to the assemble job, even on its last attempt', async () => {
    const request = await pipeline.prepare();
    const { assemble, decode } = await processors();
    store.away = objectKeys.result(request.id);
    await decode.run(await jobOf(request.id, { attempt: 7, lastAttempt: true }));
    expect(await readResult(pipeline.storage.store, request.id)).toBeUndefined();
    expect((await pipeline.ports.live.read(request.id))?.status).toBe('decoding');

    store.away = undefined;
    await assemble.run(await jobOf(request.id));
    const result = await readResult(pipeline.storage.store, request.id);
    expect(result).toMatchObject({ status: 'succeeded', outputs: [expect.objectContaining({ role: 'primary' })] });
  });
});

describe('AssembleProcessor', () => {
  /** A generation of a clip and a sound whose files are made. */
  async function decoded() {
    const request = await pipeline.prepare({ outputs: outputs(['video', 'webm'], ['audio', 'flac']) });
    const { assemble, decode, metrics } = await processors();
    for (const role of [0, 1])
      await decode.run(await jobOf(request.id, { payload: { v: 1, generation: request.id, epoch: 1, role } }));
    return { id: request.id, assemble, failures: async () => (await metrics.muxFailures.get()).values[0]!.value };
  }
  const rolesOf = async (id: string) =>
    (await readResult(pipeline.storage.store, id))?.outputs.map(({ type, role }) => `${type} ${role}`);

  it('muxes once storage is back that was away, and commits nothing before', async () => {
    const { id, assemble, failures } = await decoded();
    store.away = 'muxed-0.webm';
    for (const attempt of [1, 2]) {
      const failed = assemble.run(await jobOf(id, { attempt }));
      await expect(failed).rejects.toMatchObject({ code: 'storage_unavailable' });
      expect(await rolesOf(id)).toBeUndefined();
    }
    store.away = undefined;
    await assemble.run(await jobOf(id, { attempt: 3 }));
    expect(await rolesOf(id)).toEqual(['video primary', 'audio primary', 'video muxed']);
    expect(await failures()).toBe(0);
  });

  it('does without the muxed file on its last attempt', async () => {
    const { id, assemble, failures } = await decoded();
    store.away = 'muxed-0.webm';
    await assemble.run(await jobOf(id, { attempt: 7, lastAttempt: true }));
    store.away = undefined;
    expect(await rolesOf(id)).toEqual(['video primary', 'audio primary']);
    expect(await failures()).toBe(1);
  });

  it('does without a muxed file that no attempt can make', async () => {
    const { id, assemble, failures } = await decoded();
    const { outputs: made } = (await pipeline.ports.live.read(id))!;
    const broken = await pipeline.storage.store.get(made[0]!.key);
    const bytes = broken!.body.subarray(0, 100);
    const key = `${made[0]!.key}-cut`;
    await pipeline.storage.store.put(key, bytes, { contentType: 'video/webm' });
    const cut = { ...made[0]!, key, sha256: hash('sha256', bytes, 'hex') };
    await pipeline.ports.live.update(id, 1, { outputs: { 0: cut } });
    await assemble.run(await jobOf(id));
    expect(await rolesOf(id)).toEqual(['video primary', 'audio primary']);
    expect(await failures()).toBe(1);
  });
});
