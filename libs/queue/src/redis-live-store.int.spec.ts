import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generationId, type OutputRecord, type TensorReference } from '@medley/domain';
import { RedisServer } from '@medley/testing';
import type { QueueAdapter } from './queue-adapter.ts';
import { openAdapter, sampleRequest, smallRequest } from './queue.fixture.ts';
import { redisKeys } from './redis-keys.ts';
import type { RedisLiveStore } from './redis-live-store.ts';

let server: RedisServer;
let adapter: QueueAdapter;
let live: RedisLiveStore;

beforeAll(async () => {
  server = await RedisServer.start();
  ({ adapter } = openAdapter(server.url));
  await adapter.start();
  ({ live } = adapter.ports('prompt'));
});

afterAll(async () => {
  await adapter.close();
  await server.close();
});

beforeEach(async () => {
  await adapter.connections.patient.flushdb();
});

const tensor: TensorReference = {
  digest: 'ab'.repeat(32),
  data_type: 'float32',
  shape: [1, 77, 64],
  address: '127.0.0.1:7001',
};
const output: OutputRecord = {
  type: 'image',
  role: 'primary',
  sample: 0,
  key: 'generations/x/image-0.png',
  sha256: 'cd'.repeat(32),
  bytes: 1234,
  content_type: 'image/png',
};

describe('RedisLiveStore', () => {
  it('counts from the first epoch by the clock of Redis, whatever other clocks say', async () => {
    const hour = 3_600_000;
    const request = sampleRequest({ created_at: '2000-01-01T00:00:00.000Z' });
    await live.create(request, 1);
    const { elapsed } = (await live.read(request.id))!;
    expect(elapsed).toBeGreaterThanOrEqual(0);
    expect(elapsed).toBeLessThan(hour);
    await adapter.connections.patient.hincrby(redisKeys.live(request.id), 'begun', -hour);
    await live.create(request, 2);
    expect(await live.read(request.id)).toMatchObject({ epoch: 2 });
    expect((await live.read(request.id))!.elapsed).toBeGreaterThanOrEqual(hour);
  });

  it('reads back all that was written, maps merged key by key', async () => {
    const request = sampleRequest();
    await live.create(request, 1);
    expect(await live.read(request.id)).toEqual({
      request,
      epoch: 1,
      status: 'queued',
      elapsed: expect.any(Number),
      turn: 1,
      assets: {},
      embeddings: {},
      latents: {},
      outputs: {},
      timings: {},
    });
    await Promise.all([
      live.update(request.id, 1, { status: 'encoding', embeddings: { 0: tensor } }),
      live.update(request.id, 1, { embeddings: { 1: tensor }, turn: 17 }),
      live.update(request.id, 1, { latents: { 0: tensor }, outputs: { 0: output }, progress: { step: 2, steps: 4 } }),
    ]);
    expect(await live.read(request.id)).toMatchObject({
      status: 'encoding',
      turn: 17,
      progress: { step: 2, steps: 4 },
      embeddings: { 0: tensor, 1: tensor },
      latents: { 0: tensor },
      outputs: { 0: output },
    });
  });

  it('refuses writes of another epoch, and begins anew with a later one', async () => {
    const request = sampleRequest();
    expect(await live.update(request.id, 1, { status: 'encoding' })).toBe(false);
    expect(await live.read(request.id)).toBeUndefined();
    await live.create(request, 2);
    await live.create(request, 1);
    expect(await live.update(request.id, 2, { embeddings: { 0: tensor } })).toBe(true);
    expect(await live.update(request.id, 1, { status: 'diffusing' })).toBe(false);
    expect(await live.read(request.id)).toMatchObject({ epoch: 2, status: 'queued', embeddings: { 0: tensor } });
    await live.create(request, 2);
    expect(await live.read(request.id)).toMatchObject({ embeddings: { 0: tensor } });
    await live.create(request, 3);
    expect(await live.read(request.id)).toMatchObject({ epoch: 3, embeddings: {} });
  });

  it('moves the status forward only, and never from one end to another', async () => {
    const request = sampleRequest();
    await live.create(request, 1);
    const statusAfter = async (status: 'encoding' | 'diffusing' | 'succeeded' | 'canceled' | 'deleted') => {
      await live.update(request.id, 1, { status });
      return (await live.read(request.id))?.status;
    };
    expect(await statusAfter('diffusing')).toBe('diffusing');
    expect(await statusAfter('encoding')).toBe('diffusing');
    expect(await statusAfter('canceled')).toBe('canceled');
    expect(await statusAfter('succeeded')).toBe('canceled');
    await live.create(request, 2);
    expect(await live.read(request.id)).toMatchObject({ epoch: 1, status: 'canceled' });
    expect(await statusAfter('deleted')).toBe('deleted');
  });

  it('takes an end from an older epoch too, and nothing of any epoch after it', async () => {
    const request = sampleRequest();
    await live.create(request, 2);
    expect(await live.update(request.id, 1, { status: 'succeeded', timings: { committed: 7 } })).toBe(true);
    expect(await live.read(request.id)).toMatchObject({ epoch: 2, status: 'succeeded', timings: { committed: 7 } });
    expect(await live.update(request.id, 2, { status: 'diffusing', embeddings: { 0: tensor } })).toBe(false);
    expect(await live.read(request.id)).toMatchObject({ status: 'succeeded', embeddings: {} });
  });

  it('keeps when a stage first started and last completed', async () => {
    const request = sampleRequest();
    await live.create(request, 1);
    for (const at of [100, 200]) {
      await live.update(request.id, 1, { timings: { encode_started: at, encode_completed: at + 50 } });
    }
    expect((await live.read(request.id))?.timings).toEqual({ encode_started: 100, encode_completed: 250 });
  });

  it('forgets an ended generation after its time, and a deleted one with its place in the list', async () => {
    const [ended, deleted] = [smallRequest(), smallRequest()];
    await live.create(ended, 1);
    await live.create(deleted, 1);
    await live.expire(ended.id, 3600);
    const seconds = await adapter.connections.patient.ttl(`{medley}.live:${ended.id}`);
    expect(seconds).toBeGreaterThan(3500);
    await live.remove(deleted.id);
    expect(await live.read(deleted.id)).toBeUndefined();
    expect(await live.list('key_a', { limit: 10 })).toEqual({ generations: [ended.id] });
  });

  it('lists the generations of one key by pages, newest first, however many were created in one moment', async () => {
    const requests = Array.from({ length: 7 }, (_, index) =>
      smallRequest({ created_at: new Date(1_764_000_000_000 + Math.floor(index / 3)).toISOString() }),
    );
    for (const request of requests) await live.create(request, 1);
    await live.create(smallRequest({ owner: 'key_b' }), 1);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await live.list('key_a', { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(page.generations);
      cursor = page.cursor;
      // Removing the last one of a page does not make the next page lose or repeat any.
      if (pages.length === 1) await live.remove(page.generations[1]!);
    } while (cursor !== undefined);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 1]);
    const listed = pages.flat();
    expect([...listed].sort()).toEqual(requests.map(({ id }) => id).sort());
    const times = listed.map((id) => requests.find((request) => request.id === id)!.created_at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('refuses a cursor that no list returned', async () => {
    await expect(live.list('key_a', { limit: 2, cursor: 'made up' })).rejects.toMatchObject({
      code: 'invalid_request',
      pointer: '/cursor',
    });
  });

  it('keeps a cancel flag for a generation that nobody has heard of yet', async () => {
    const id = generationId();
    expect(await live.isCanceled(id)).toBe(false);
    await live.requestCancel(id);
    expect(await live.isCanceled(id)).toBe(true);
  });
});

describe('a list that is restored', () => {
  it('takes what it lacks as far as it remembers so many, and leaves alone what is there', async () => {
    const id = (number: number) => `gen_${String(number).padStart(26, '0')}`;
    const entries = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ generation: id(from + index), createdAt: from + index }));
    const newest = async () => (await live.list('key_a', { limit: 3 })).generations;
    const write = { write: true };
    expect(await live.restoreList('key_a', entries(5, 10_000), { write: false })).toMatchObject({ added: 9_995 });
    expect(await newest()).toEqual([]);
    await live.restoreList('key_a', entries(5, 10_000), write);
    const answer = await live.restoreList('key_a', entries(0, 8), write);
    expect(answer).toEqual({ added: 5, there: 3, older: 0, pushedOut: 0 });
    expect(await live.restoreList('key_a', entries(10_000, 10_003), write)).toEqual({
      added: 3,
      there: 0,
      older: 0,
      pushedOut: 3,
    });
    expect(await newest()).toEqual([10_002, 10_001, 10_000].map(id));
    const again = { added: 0, there: 7_000, older: 3, pushedOut: 0 };
    expect(await live.restoreList('key_a', entries(0, 7_003), write)).toEqual(again);
  });
});

describe('RedisLease', () => {
  it('is held by one process at a time until it is released', async () => {
    const [mine, theirs] = [adapter.lease('reconciler'), adapter.lease('reconciler')];
    expect(await mine.hold(30)).toBe(true);
    expect(await theirs.hold(30)).toBe(false);
    expect(await mine.hold(30)).toBe(true);
    await theirs.release();
    expect(await theirs.hold(30)).toBe(false);
    await mine.release();
    expect(await theirs.hold(30)).toBe(true);
  });
});
