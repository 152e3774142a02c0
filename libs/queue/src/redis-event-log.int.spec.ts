import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generationId, type GenerationEvent, type LoggedEvent, type PreviewEvent } from '@medley/domain';
import { RedisServer } from '@medley/testing';
import { compareEventIds } from './event-id.ts';
import type { QueueAdapter } from './queue-adapter.ts';
import { openAdapter } from './queue.fixture.ts';
import type { RedisEventLog } from './redis-event-log.ts';
import { redisKeys } from './redis-keys.ts';

let server: RedisServer;
let writer: QueueAdapter;
let reader: QueueAdapter;
let log: RedisEventLog;
let followed: RedisEventLog;
let generation: string;
let stop: AbortController;

beforeAll(async () => {
  server = await RedisServer.start();
  ({ adapter: writer } = openAdapter(server.url));
  ({ adapter: reader } = openAdapter(server.url));
  await Promise.all([writer.start(), reader.start()]);
  log = writer.ports('prompt').events;
  followed = reader.ports('prompt').events;
});

afterAll(async () => {
  await Promise.all([writer.close(), reader.close()]);
  await server.close();
});

beforeEach(() => {
  generation = generationId();
  stop = new AbortController();
});

afterEach(() => stop.abort());

const accepted = { type: 'accepted', created_at: '2026-11-24T10:00:00.000Z' } as const;
const step = (number: number): GenerationEvent => ({ type: 'step', step: number, steps: 9_999, outputs: ['image'] });
const preview = (number: number): PreviewEvent => ({
  type: 'preview',
  output: 'image',
  sample: 0,
  step: number,
  image: 'data:image/webp;base64,AA==',
});

type Entry = LoggedEvent | PreviewEvent;
const idsOf = (entries: Entry[]) => entries.flatMap((entry) => ('id' in entry ? [entry.id] : []));
const typesOf = (entries: Entry[]) => entries.map((entry) => ('event' in entry ? entry.event.type : entry.type));

/** Follows to the end; `onEntry` sees each entry as it comes. */
async function collect(lastId?: string, onEntry?: (entry: Entry) => void): Promise<Entry[]> {
  const entries: Entry[] = [];
  const options = { signal: stop.signal, ...(lastId === undefined ? {} : { lastId }) };
  for await (const entry of followed.follow(generation, options)) {
    entries.push(entry);
    onEntry?.(entry);
  }
  return entries;
}

describe('RedisEventLog', () => {
  it('gives ids that grow within an epoch and over epochs, and drops what an older epoch still says', async () => {
    expect(await log.append(generation, 1, accepted)).toBe('1-0');
    expect(await log.append(generation, 1, step(1))).toBe('1-1');
    expect(await log.append(generation, 3, step(1))).toBe('3-0');
    expect(await log.append(generation, 2, step(2))).toBeUndefined();
    expect(await log.append(generation, 3, step(2))).toBe('3-1');
  });

  it('has one end: a second terminal event answers the first, and nothing is logged after it', async () => {
    await log.append(generation, 1, accepted);
    expect(await log.append(generation, 1, { type: 'succeeded' })).toBe('1-1');
    expect(await log.append(generation, 2, { type: 'canceled' })).toBe('1-1');
    expect(await log.append(generation, 2, step(1))).toBeUndefined();
    expect(typesOf(await collect())).toEqual(['accepted', 'succeeded']);
  });

  it('never drops an end, even one that an older epoch reached', async () => {
    await log.append(generation, 1, accepted);
    await log.append(generation, 2, step(1));
    expect(await log.append(generation, 1, { type: 'succeeded' })).toBe('2-1');
    expect(typesOf(await collect('1-0'))).toEqual(['step', 'succeeded']);
  });

  it('passes over events that only another release knows, logged or live', async () => {
    const foreign = { type: 'rebalanced', to: 'b' } as unknown as GenerationEvent;
    await log.append(generation, 1, accepted);
    await log.append(generation, 1, foreign);
    const all = collect(undefined, (entry) => {
      if (!('event' in entry) || entry.event.type !== 'accepted') return;
      void log.append(generation, 1, foreign).then(() => log.append(generation, 1, { type: 'succeeded' }));
    });
    expect(typesOf(await all)).toEqual(['accepted', 'succeeded']);
  });

  it('tells a follower what was, then what comes, without a gap or a repetition', async () => {
    await log.append(generation, 1, accepted);
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    const following = collect(undefined, () => resolve());
    await caughtUp;
    await Promise.all(Array.from({ length: 50 }, (_, index) => log.append(generation, 1, step(index))));
    await log.append(generation, 1, { type: 'succeeded' });
    const ids = idsOf(await following);
    expect(ids).toEqual(Array.from({ length: 52 }, (_, index) => `1-${index}`));
  });

  it('resumes after the last id that a client saw', async () => {
    await log.append(generation, 1, accepted);
    for (const number of [1, 2, 3]) await log.append(generation, 1, step(number));
    await log.append(generation, 1, { type: 'failed', code: 'internal', message: 'an internal error' });
    expect(idsOf(await collect('1-2'))).toEqual(['1-3', '1-4']);
  });

  it('ends at once for a client that has seen the end', async () => {
    await log.append(generation, 1, accepted);
    await log.append(generation, 1, { type: 'canceled' });
    expect(await collect('1-1')).toEqual([]);
  });

  it('tells a follower of the end when Redis has lost the last of what it told', async () => {
    await log.append(generation, 1, accepted);
    const redis = writer.connections.prompt;
    const before = await redis.dumpBuffer(redisKeys.events(generation));
    for (const number of [1, 2, 3]) await log.append(generation, 1, step(number));
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    const following = collect(undefined, (entry) => 'id' in entry && entry.id === '1-3' && resolve());
    await caughtUp;
    await redis.restore(redisKeys.events(generation), 0, before, 'REPLACE');
    expect(await log.append(generation, 1, { type: 'succeeded' })).toBe('1-1');
    expect(typesOf(await following)).toEqual(['accepted', 'step', 'step', 'step', 'succeeded']);
    expect(typesOf(await collect('1-3'))).toEqual(['succeeded']);
  });

  it('tells of such an end too when the follower was cut off meanwhile', async () => {
    await log.append(generation, 1, accepted);
    const redis = writer.connections.prompt;
    const before = await redis.dumpBuffer(redisKeys.events(generation));
    await log.append(generation, 1, step(1));
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    const following = collect(undefined, (entry) => 'id' in entry && entry.id === '1-1' && resolve());
    await caughtUp;
    reader.connections.subscriber.disconnect(true);
    await redis.restore(redisKeys.events(generation), 0, before, 'REPLACE');
    await log.append(generation, 1, { type: 'succeeded' });
    expect(typesOf(await following)).toEqual(['accepted', 'step', 'succeeded']);
  });

  it('goes on for a client that saw more than Redis still knows', async () => {
    await log.append(generation, 1, accepted);
    for (let number = 0; number < 9; number += 1) await log.append(generation, 1, step(number));
    await log.remove(generation);
    expect(await log.trimmed(generation, '1-9')).toBe(true);
    await log.append(generation, 1, step(10));
    expect(await log.trimmed(generation, '1-9')).toBe(true);
    expect(await log.trimmed(generation)).toBe(true);
    await log.append(generation, 1, { type: 'succeeded' });
    const entries = await collect('1-9');
    expect(typesOf(entries)).toEqual(['step', 'succeeded']);
    expect(idsOf(entries).every((id) => compareEventIds(id, '1-9') > 0)).toBe(true);
  });

  it('is whole whatever the epoch in which it was begun anew, and tells of the acceptance once', async () => {
    expect(await log.append(generation, 2, accepted)).toBe('2-0');
    expect(await log.append(generation, 2, step(1))).toBe('2-1');
    expect(await log.append(generation, 3, accepted)).toBeUndefined();
    for (const lastId of [undefined, '1-7', '2-1']) expect(await log.trimmed(generation, lastId)).toBe(false);
    expect(await log.trimmed(generation, '2-2')).toBe(true);
    await log.append(generation, 3, { type: 'succeeded' });
    expect(idsOf(await collect('1-7'))).toEqual(['2-0', '2-1', '3-0']);
  });

  it('keeps a bounded number of events, and says when a client can not be told everything', async () => {
    await log.append(generation, 1, accepted);
    await log.append(generation, 1, step(1));
    expect(await log.trimmed(generation)).toBe(false);
    expect(await log.trimmed(generation, '1-0')).toBe(false);
    await Promise.all(Array.from({ length: 2_000 }, (_, index) => log.append(generation, 1, step(index))));
    expect(await writer.connections.patient.xlen(`{medley}.events:${generation}`)).toBe(2_000);
    expect(await log.trimmed(generation)).toBe(true);
    expect(await log.trimmed(generation, '1-0')).toBe(true);
    expect(await log.trimmed(generation, '1-1')).toBe(false);
    expect(await log.trimmed(generation, '1-1500')).toBe(false);
    expect(await log.trimmed(generationId())).toBe(true);
  });

  it('tells previews to those who listen and the last one to those who come later, without ids and not after the end', async () => {
    await log.append(generation, 1, accepted);
    await log.preview(generation, preview(1));
    await log.preview(generation, preview(2));
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    const following = collect(undefined, (entry) => 'type' in entry && resolve());
    await caughtUp;
    await log.append(generation, 1, { type: 'succeeded' });
    const entries = await following;
    expect(entries.filter((entry) => 'type' in entry)).toEqual([preview(2)]);
    expect(typesOf(await collect())).toEqual(['accepted', 'succeeded']);
  });

  it('gives a follower that lags thousands of events behind every one of them that the log still holds', async () => {
    await log.append(generation, 1, accepted);
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const ids: string[] = [];
    const following = (async () => {
      for await (const entry of followed.follow(generation, { signal: stop.signal })) {
        if ('id' in entry) ids.push(entry.id);
        resolve();
        await released;
      }
    })();
    await caughtUp;
    for (let index = 0; index < 1_500; index += 1) void log.append(generation, 1, step(index));
    await log.append(generation, 1, { type: 'succeeded' });
    release();
    await following;
    expect(ids).toEqual(Array.from({ length: 1_502 }, (_, index) => `1-${index}`));
  });

  it('serves 200 followers of a process over the same few connections', async () => {
    const clients = async () => (await writer.connections.patient.client('LIST')) as string;
    const before = (await clients()).trim().split('\n').length;
    await log.append(generation, 1, accepted);
    let waiting = 200;
    const { promise: allThere, resolve } = Promise.withResolvers<void>();
    const followers = Array.from({ length: 200 }, () => {
      let first = true;
      return collect(undefined, () => {
        if (first && --waiting === 0) resolve();
        first = false;
      });
    });
    await allThere;
    expect((await clients()).trim().split('\n')).toHaveLength(before);
    for (const number of [1, 2, 3]) await log.append(generation, 1, step(number));
    await log.append(generation, 1, { type: 'succeeded' });
    for (const entries of await Promise.all(followers)) {
      expect(idsOf(entries)).toEqual(['1-0', '1-1', '1-2', '1-3', '1-4']);
    }
    const channels = await writer.connections.patient.pubsub('CHANNELS', `*${generation}*`);
    expect(channels).toEqual([]);
  });

  it('stops when its signal is aborted', async () => {
    await log.append(generation, 1, accepted);
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    const following = collect(undefined, () => resolve());
    await caughtUp;
    stop.abort(new Error('the client is gone'));
    await expect(following).rejects.toThrow('the client is gone');
  });
});
