import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '@medley/testing';
import type { ByteCounter } from './byte-counter.ts';
import type { QueueAdapter } from './queue-adapter.ts';
import { openAdapter } from './queue.fixture.ts';

let server: RedisServer;
let adapter: QueueAdapter;
let counter: ByteCounter;
beforeAll(async () => {
  server = await RedisServer.start();
  ({ adapter } = openAdapter(server.url));
  await adapter.start();
  counter = adapter.limits.bytes;
});
afterAll(async () => {
  await adapter.close();
  await server.close();
});

const file = (account: string, name: string, bytes: number) => ({ account, name, bytes });
const hour = (limit: number) => ({ limit, seconds: 3_600 });
/** Nothing is stored of the account yet. */
const begin = async (account: string) => counter.recount(account, 0, await counter.mark(account), 3_600);

describe('ByteCounter', () => {
  it('asks for a count where there is none, and again when its time is over', async () => {
    expect(await counter.hold(file('a', 'x', 10), hour(100))).toMatchObject({ outcome: 'unknown' });
    await counter.recount('a', 50, await counter.mark('a'), 0);
    expect(await counter.hold(file('a', 'x', 10), hour(100))).toMatchObject({ outcome: 'unknown' });
    await counter.recount('a', 50, await counter.mark('a'), 3_600);
    expect(await counter.hold(file('a', 'x', 10), hour(100))).toEqual({ outcome: 'held', stored: 50, held: 0 });
  });

  it('refuses what would pass the limit together with what is stored and what is held', async () => {
    await begin('b');
    expect((await counter.hold(file('b', 'x', 40), hour(100))).outcome).toBe('held');
    expect((await counter.hold(file('b', 'y', 40), hour(100))).outcome).toBe('held');
    await counter.store(file('b', 'x', 40));
    expect(await counter.hold(file('b', 'z', 21), hour(100))).toEqual({ outcome: 'refused', stored: 40, held: 40 });
    await counter.release(file('b', 'y', 40));
    expect((await counter.hold(file('b', 'z', 60), hour(100))).outcome).toBe('held');
  });

  it('holds the same bytes once, and settles them once', async () => {
    await begin('c');
    for (let time = 0; time < 3; time += 1)
      expect((await counter.hold(file('c', 'x', 60), hour(100))).outcome).toBe('held');
    await counter.release(file('c', 'x', 60));
    await counter.release(file('c', 'x', 60));
    expect(await counter.hold(file('c', 'y', 101), hour(100))).toEqual({ outcome: 'refused', stored: 0, held: 0 });
  });

  it('lets go what was held for longer than its time', async () => {
    await begin('d');
    await counter.hold(file('d', 'x', 60), { limit: 100, seconds: 0 });
    expect(await counter.hold(file('d', 'y', 60), hour(100))).toEqual({ outcome: 'held', stored: 0, held: 0 });
  });

  it('never loses to a count what is stored while that goes on', async () => {
    await begin('e');
    await counter.hold(file('e', 'x', 30), hour(100));
    const mark = await counter.mark('e');
    // The count has passed by where x will lie, and sees nothing of it.
    await counter.store(file('e', 'x', 30));
    expect(await counter.recount('e', 0, mark, 3_600)).toBe(false);
    expect(await counter.hold(file('e', 'y', 80), hour(100))).toMatchObject({ outcome: 'refused', stored: 30 });
    expect(await counter.recount('e', 30, await counter.mark('e'), 3_600)).toBe(true);
  });

  it('adds sums beyond what Lua writes without an exponent', async () => {
    const great = 2 ** 50 + 1;
    await counter.recount('f', great, await counter.mark('f'), 3_600);
    await counter.hold(file('f', 'x', great), { limit: 2 ** 52, seconds: 60 });
    await counter.store(file('f', 'x', great));
    expect(await counter.hold(file('f', 'y', 2 ** 52), { limit: 2 ** 52, seconds: 60 })).toEqual({
      outcome: 'refused',
      stored: 2 * great,
      held: 0,
    });
  });
});
