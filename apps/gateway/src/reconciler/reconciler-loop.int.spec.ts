import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Backends } from '../gateway.fixture.ts';
import { ReconcilerLoop, type ReconcilerLease } from './reconciler-loop.ts';

/** The lease is held for a second, and renewed three times in it. */
const SECONDS = 0.1;

let backends: Backends;
beforeAll(async () => {
  backends = await Backends.start();
});
afterAll(() => backends.close());

/** A walk that ends with its signal, on a lease that tells when it was held so many times. */
function longPass(lease: ReconcilerLease) {
  let times = 0;
  const outlasted = Promise.withResolvers<void>();
  const counted: ReconcilerLease = {
    hold: async (seconds) => {
      const holds = await lease.hold(seconds);
      if ((times += 1) === 6) outlasted.resolve();
      return holds;
    },
    release: () => lease.release(),
  };
  const begun = Promise.withResolvers<void>();
  const seen: (number | undefined)[] = [];
  const pass = async (signal: AbortSignal) => {
    begun.resolve();
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  };
  const reported: unknown[] = [];
  const loop = new ReconcilerLoop({ pass }, counted, {
    seconds: SECONDS,
    seen: (found) => seen.push(found),
    report: (error) => reported.push(error),
  });
  return { loop, begun: begun.promise, outlasted: outlasted.promise, seen, reported };
}

it('holds its lease for as long as a pass takes', async () => {
  const lease = () => backends.queue.lease('long');
  const { loop, outlasted, reported } = longPass(lease());
  await outlasted;
  expect(await lease().hold(1)).toBe(false);
  await loop.stop();
  expect(reported).toEqual([]);
  expect(await lease().hold(1)).toBe(true);
});

it('ends a pass whose lease another process has', async () => {
  const lease = backends.queue.lease('taken');
  const { loop, begun, seen, reported } = longPass(lease);
  await begun;
  await lease.release();
  expect(await backends.queue.lease('taken').hold(60)).toBe(true);
  while (seen.length === 0) await new Promise(setImmediate);
  expect([seen[0], reported]).toEqual([undefined, []]);
  await loop.stop();
});
