import { describe, expect, it } from '@jest/globals';
import { CostEstimate } from './cost-estimate.ts';
import { Draws } from './draws.ts';
import { Pool, type PoolOptions } from './pool.ts';
import { toTrace, type Trace } from './trace.ts';

const OPTIONS: PoolOptions = { nodeStart: 180, modelLoad: 60, leaves: 'at-once' };
const KNOWN = { known: { picture: 1, clip: 1 }, learns: false };
const READY = OPTIONS.nodeStart + OPTIONS.modelLoad;

const poolOf = (trace: Trace, options: Partial<PoolOptions> = {}) =>
  new Pool(trace, new CostEstimate(KNOWN), { ...OPTIONS, ...options });
const pictures = (...runs: [at: number, seconds: number][]) =>
  toTrace(runs.map(([at, seconds]) => ({ at, index: 0, seconds })));

function advanceUntil(pool: Pool, moment: number): void {
  while (pool.next <= moment) pool.advance();
}

/** Probability that an arrival has to wait in M/M/c (Erlang C), `load` in Erlangs. */
function erlangC(servers: number, load: number): number {
  // Erlang B by its recursion, then C from B.
  let blocked = 1;
  for (let count = 1; count <= servers; count += 1) blocked = (load * blocked) / (count + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

describe('a pool of a fixed size', () => {
  it('has the mean wait that Erlang C says', () => {
    const [servers, load, mean, count, seeds] = [10, 8, 5, 50_000, [1, 2, 3, 4]];
    const measured = seeds.map((seed) => {
      const [gaps, lengths] = [new Draws(seed, 0), new Draws(seed, 1)];
      let at = 0;
      const arrivals = Array.from({ length: count }, () => {
        at += gaps.exponential(mean / load);
        return { at, index: 0, seconds: lengths.exponential(mean) };
      });
      const pool = poolOf(toTrace(arrivals));
      pool.resize(-READY, servers);
      while (!pool.done) pool.advance();
      return pool.waits.reduce((sum, wait) => sum + wait, 0) / count;
    });
    const expected = (erlangC(servers, load) * mean) / (servers - load);
    const ratio = measured.reduce((sum, wait) => sum + wait, 0) / seeds.length / expected;
    expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });

  it('takes runs in their order, when its nodes are there and have loaded', () => {
    const pool = poolOf(pictures([0, 10], [1, 10], [2, 10]));
    pool.resize(0, 1);
    expect([pool.size, pool.ready]).toEqual([1, 0]);
    while (!pool.done) pool.advance();
    expect([...pool.waits]).toEqual([READY, READY + 9, READY + 18]);
  });
});

describe('predicted work', () => {
  it('is that of what waits, and what is left of what runs', () => {
    const trace = toTrace([
      { at: 0, index: 0, seconds: 8 },
      { at: 0, index: 1, seconds: 120 },
    ]);
    const pool = poolOf(trace);
    advanceUntil(pool, 0);
    for (const work of [pool.work(0), pool.acceptedWork]) expect(work).toBeCloseTo(244, 6);
    pool.resize(-READY, 2);
    advanceUntil(pool, 0);
    expect(pool.work(6)).toBeCloseTo(4 / 4 + 240 * (114 / 120), 6);
    advanceUntil(pool, 8);
    expect(pool.work(60)).toBeCloseTo(120, 6);
    expect([pool.running, pool.waiting]).toEqual([1, 0]);
    expect(pool.busySeconds(60)).toBe(8 + 60);
  });
});

describe('a pool that shrinks', () => {
  it('ends first who came last, and hands its run back to be the next', () => {
    const pool = poolOf(pictures([0, 100], [1, 100], [2, 100]));
    pool.resize(-READY - 5, 1);
    pool.resize(-READY, 2);
    advanceUntil(pool, 50);
    pool.resize(50, 1);
    expect([pool.handedBack, pool.running, pool.waiting]).toEqual([1, 1, 2]);
    while (!pool.done) pool.advance();
    expect([...pool.waits]).toEqual([0, 99, 198]);
    pool.resize(300, 0);
    expect(pool.gpuHours * 3600).toBeCloseTo(READY + 5 + 300 + READY + 50, 6);
  });

  it('lets a worker end its run where it leaves when it is done', () => {
    const pool = poolOf(pictures([0, 100], [1, 100]), { leaves: 'when-done' });
    pool.resize(-READY, 2);
    advanceUntil(pool, 50);
    pool.resize(50, 0);
    while (!pool.done) pool.advance();
    expect([pool.handedBack, ...pool.waits]).toEqual([0, 0, 0]);
    expect(pool.gpuHours * 3600).toBeCloseTo(2 * READY + 100 + 101, 6);
  });

  it('takes back nodes that have not started', () => {
    const pool = poolOf(pictures([1_000, 1]));
    pool.resize(0, 3);
    pool.resize(100, 1);
    advanceUntil(pool, 999);
    expect([pool.size, pool.ready]).toEqual([1, 1]);
    expect(pool.gpuHours * 3600).toBeCloseTo(200, 6);
  });
});
