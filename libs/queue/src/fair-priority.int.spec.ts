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
    const turn = await ports.live.nextTurn(owner, 10, priority);
    await ports.live.create(request, 1, { turn });
    await ports.queue.addEncodeFlow(request, 1, turn);
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
    const first = await ports.live.nextTurn('key_new', 10, 'normal');
    expect(first).toBe(41);
    expect(await ports.live.nextTurn('key_a', 10, 'normal')).toBe(51);
  });

  it('are given one by one although many ask at once', async () => {
    const priorities = await Promise.all(Array.from({ length: 40 }, () => ports.live.nextTurn('key_a', 10, 'normal')));
    expect([...priorities].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => 1 + index * 10));
  });

  it('of class low move the clock by what they cost, not by how far they stand back', async () => {
    await submit('key_a', 3, 'low');
    await runInOrder(3);
    expect(await adapter.connections.patient.hget('{medley}.fair', 'clock')).toBe('20');
  });
});

describe('a rebase', () => {
  const redis = () => adapter.connections.patient;
  const errors: Error[] = [];
  const fairWithin = (limit: number) => new FairPriority(redis(), { limit, report: (error) => errors.push(error) });
  const queued = async (...turns: number[]) => {
    const requests = turns.map(() => smallRequest({ owner: 'key_a' }));
    for (const [index, request] of requests.entries()) {
      await ports.live.create(request, 1, { turn: turns[index]! });
      await ports.queue.addEncodeFlow(request, 1, turns[index]!);
    }
    return requests;
  };
  /** BullMQ's priorities of their first jobs. */
  const priorities = (requests: { id: string }[]) =>
    Promise.all(
      requests.map(async ({ id }) =>
        Number(await redis().hget(`{medley}:${queueName('encode', bundle)}:${id}-e1-encode-0`, 'priority')),
      ),
    );
  const positions = (requests: Parameters<typeof ports.queue.position>[0][]) =>
    Promise.all(requests.map((request) => ports.queue.position(request)));

  it('comes before half the range is used: what is queued keeps its order before what comes', async () => {
    const fair = fairWithin(100);
    await redis().hset('{medley}.fair', 'clock', 60, 'base', 0);
    const before = await queued(61, 71, 81);
    await redis().hset('{medley}.fair:key_a', 'high', 0, 'normal', 90, 'low', 90);
    const turn = await fair.next('key_a', 10, 'normal');
    expect(turn).toBe(91);
    await fair.settled();
    expect(await redis().hgetall('{medley}.fair')).toMatchObject({ base: '60' });
    expect(await redis().hexists('{medley}.fair', 'moving')).toBe(0);
    expect(await priorities(before)).toEqual([1, 11, 21]);
    // That turn was given before the base moved, and is queued after it; so does what comes from a process that has not seen it.
    const { adapter: other } = openAdapter(server.url);
    await other.start();
    const last = smallRequest({ owner: 'key_a' });
    await ports.live.create(last, 1, { turn });
    await other.ports('prompt').queue.addEncodeFlow(last, 1, turn);
    await other.close();
    expect(await priorities([last])).toEqual([31]);
    const next = await queued(await fair.next('key_a', 10, 'normal'));
    const all = [...before, last, ...next];
    expect(await positions(all)).toEqual([0, 1, 2, 3, 4]);
    expect(await runInOrder(5)).toEqual(all.map(({ id }) => id));
    expect(await redis().hget('{medley}.fair', 'clock')).toBe('100');
    expect(errors).toEqual([]);
  });

  it('that a process died in is finished by the next one', async () => {
    const before = await queued(61, 71, 81);
    await redis().hset('{medley}.fair', 'clock', 60, 'base', 60, 'moving', 1);
    // As far as it came.
    const job = `{medley}:${queueName('encode', bundle)}:${before[0]!.id}-e1-encode-0`;
    await redis().hset(job, 'priority', 1);
    const fair = fairWithin(100);
    await fair.next('key_b', 10, 'normal');
    await fair.settled();
    expect(await priorities(before)).toEqual([1, 11, 21]);
    expect(await redis().hexists('{medley}.fair', 'moving')).toBe(0);
    expect(await positions(before)).toEqual([0, 1, 2]);
    expect(await runInOrder(3)).toEqual(before.map(({ id }) => id));
  });
});
