import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '@medley/testing';
import type { QueueAdapter } from './queue-adapter.ts';
import { openAdapter } from './queue.fixture.ts';
import type { Rate, RateAnswer } from './redis-rate-limiter.ts';

let server: RedisServer;
let adapters: QueueAdapter[];
beforeAll(async () => {
  server = await RedisServer.start();
  adapters = [openAdapter(server.url).adapter, openAdapter(server.url).adapter];
  await Promise.all(adapters.map((adapter) => adapter.start()));
});
afterAll(async () => {
  await Promise.all(adapters.map((adapter) => adapter.close()));
  await server.close();
});

const redis = () => adapters[0]!.connections.prompt;

/** Seconds by the clock that the limiter goes by. */
async function now(): Promise<number> {
  const [seconds, microseconds] = await redis().time();
  return Number(seconds) + Number(microseconds) / 1_000_000;
}

interface Taken extends RateAnswer {
  /** It was counted between these moments. */
  after: number;
  before: number;
}

async function take(name: string, rate: Rate, adapter = adapters[0]!): Promise<Taken> {
  const after = await now();
  const answer = await adapter.limits.rates.take(name, rate);
  return { ...answer, after, before: await now() };
}

/** Numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('RedisRateLimiter', () => {
  const random = numbers(7);
  const rates = Array.from({ length: 8 }, () => ({
    requests: 1 + Math.floor(random.next().value * 40),
    seconds: 0.05 + random.next().value * 0.5,
  }));

  it.each(rates)(
    'lets no more through than $requests in $seconds s, and what came since, in any stretch of time',
    async (rate) => {
      const name = `any ${JSON.stringify(rate)}`;
      const passed: Taken[] = [];
      for (let round = 0; round < 25; round += 1) {
        const width = 1 + Math.floor(random.next().value * 12);
        const burst = Array.from({ length: width }, (_, index) => take(name, rate, adapters[index % 2]));
        passed.push(...(await Promise.all(burst)).filter(({ allowed }) => allowed));
      }
      expect(passed.length).toBeGreaterThanOrEqual(rate.requests);
      for (const first of passed) {
        for (const last of passed.filter(({ before }) => before >= first.after)) {
          const inside = passed.filter(({ after, before }) => after >= first.after && before <= last.before);
          const earned = ((last.before - first.after) * rate.requests) / rate.seconds;
          expect(inside.length).toBeLessThanOrEqual(rate.requests + earned + 0.01);
        }
      }
    },
  );

  it('gives a whole window at once to one that was idle, and counts down to nothing', async () => {
    const rate = { requests: 5, seconds: 3_600 };
    const answers = [];
    for (let count = 0; count < 7; count += 1) answers.push(await take('idle', rate));
    expect(answers.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 4],
      [true, 3],
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    expect(Math.abs(answers[5]!.seconds - 720)).toBeLessThan(60);
    expect(Math.abs(answers[4]!.seconds - 3_600)).toBeLessThan(60);
  });

  it('lets the next through once the time that it named is over, and never before', async () => {
    const rate = { requests: 3, seconds: 0.3 };
    let refusals = 0;
    let opens = 0;
    for (let passed = 0; passed < 12;) {
      const taken = await take('named', rate);
      if (taken.allowed) {
        expect(taken.before).toBeGreaterThanOrEqual(opens - 0.001);
        passed += 1;
        continue;
      }
      refusals += 1;
      opens = Math.max(opens, taken.after + taken.seconds);
    }
    expect(refusals).toBeGreaterThan(0);
  });

  it('makes nobody wait for longer than the window when the clock was put back', async () => {
    const rate = { requests: 2, seconds: 30 };
    await take('clock', rate);
    const [key] = await redis().keys('*rate:clock');
    await redis().set(key!, String((await now()) * 1_000_000 + 3_600_000_000));
    const refused = await take('clock', rate);
    expect([refused.allowed, refused.seconds <= 15]).toEqual([false, true]);
  });

  it('keeps nothing of those who are gone', async () => {
    await take('gone', { requests: 10, seconds: 60 });
    const [key] = await redis().keys('*rate:gone');
    const left = await redis().pttl(key!);
    expect([left > 0, left <= 6_000]).toEqual([true, true]);
  });
});
