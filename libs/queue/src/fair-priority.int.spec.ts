import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { queueName } from '@medley/domain';
import { RedisServer } from '@medley/testing';
import { FairPriority } from './fair-priority.ts';
import type { QueueAdapter, QueuePorts } from './queue-adapter.ts';
import { RecordingObserver, bundle, openAdapter, smallRequest } from './queue.fixture.ts';

let server: RedisServer;
let adapter: QueueAdapter;
let ports: QueuePorts;

beforeAll(async () => {
  server = await RedisServer.start();
  ({ adapter } = openAdapter(server.url));
  await adapter.start();
  ports = adapter.ports('prompt');
});

afterAll(async () => {
  await adapter.close();
  await server.close();
});

beforeEach(async () => {
  await adapter.connections.patient.flushdb();
});

/** Runs all that is queued; answers the owners' generations in the order in which diffusion started. */
async function runInOrder(count: number): Promise<string[]> {
  const observer = new RecordingObserver();
  const order: string[] = [];
  const processors = [];
  for (const stage of ['encode', 'diffuse'] as const) {
    const handler = async ({ payload }: { payload: { generation: string } }) => {
      if (stage === 'diffuse') order.push(payload.generation);
    };
    processors.push(adapter.processor({ stage, queue: queueName(stage, bundle), concurrency: 1, handler, observer }));
    await observer.until(() => observer.outcomes.filter((ended) => ended.stage === stage).length === count);
  }
  for (const processor of processors) await processor.close();
  return order;
}

async function submit(owner: string, count: number, priority: 'low' | 'normal' | 'high' = 'normal'): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const request = smallRequest({ owner, priority });
    await ports.queue.addEncodeFlow(request, 1, await ports.live.nextPriority(owner, 10, priority));
    ids.push(request.id);
  }
  return ids;
}

describe('priorities', () => {
  it('take turns between a key that asked for much and one that came later', async () => {
    const busy = await submit('key_busy', 10);
    const late = await submit('key_late', 3);
    const order = await runInOrder(13);
    const turns = order.slice(0, 6).map((id) => (late.includes(id) ? 'late' : 'busy'));
    expect(turns.filter((turn) => turn === 'late')).toHaveLength(3);
    expect(order.filter((id) => busy.includes(id))).toEqual(busy);
    expect(order.filter((id) => late.includes(id))).toEqual(late);
  });

  it('run a key its urgent work first and its low work last', async () => {
    const low = await submit('key_a', 1, 'low');
    const normal = await submit('key_a', 2);
    const high = await submit('key_a', 1, 'high');
    const order = await runInOrder(4);
    expect(order.indexOf(low[0]!)).toBe(3);
    expect(order.indexOf(high[0]!)).toBeLessThan(order.indexOf(normal[1]!));
  });

  it('advance with what starts, so that a key that was idle gets no more than its turn', async () => {
    await submit('key_a', 5);
    await runInOrder(5);
    const first = await ports.live.nextPriority('key_new', 10, 'normal');
    expect(first).toBe(41);
    expect(await ports.live.nextPriority('key_a', 10, 'normal')).toBe(51);
  });

  it('are given one by one although many ask at once', async () => {
    const priorities = await Promise.all(
      Array.from({ length: 40 }, () => ports.live.nextPriority('key_a', 10, 'normal')),
    );
    expect([...priorities].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => 1 + index * 10));
  });

  it('are rebased before half the range is used: what is queued keeps its order before what comes', async () => {
    const redis = adapter.connections.patient;
    const errors: Error[] = [];
    const fair = new FairPriority(redis, { limit: 100, report: (error) => errors.push(error) });
    await redis.hset('{medley}.fair', 'clock', 60, 'base', 0);
    const queued = [];
    for (const priority of [61, 71, 81]) {
      const request = smallRequest({ owner: 'key_a' });
      await ports.queue.addEncodeFlow(request, 1, priority);
      queued.push(request);
    }
    await redis.hset('{medley}.fair:key_a', 'high', 0, 'normal', 90, 'low', 90);
    expect(await fair.next('key_a', 10, 'normal')).toBe(91);
    await fair.settled();
    expect(errors).toEqual([]);
    expect(await redis.hget('{medley}.fair', 'base')).toBe('60');
    const next = smallRequest({ owner: 'key_a' });
    const priority = await fair.next('key_a', 10, 'normal');
    expect(priority).toBe(41);
    await ports.queue.addEncodeFlow(next, 1, priority);
    expect(await Promise.all([...queued, next].map((request) => ports.queue.position(request)))).toEqual([0, 1, 2, 3]);
    const ids = [...queued, next].map(({ id }) => id);
    expect(await runInOrder(4)).toEqual(ids);
  });
});
