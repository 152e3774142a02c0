import { describe, expect, it } from '@jest/globals';
import { QUEUE_LENGTH, REQUEST_RATE, UTILIZATION, WORK, WORK_AND_LOAD } from './policies.ts';
import type { Autoscaler } from './pool-autoscaler.ts';
import { simulate, type Setup } from './simulate.ts';
import { AS_RECOMMENDED } from './sweep.ts';
import { makeDay, toTrace, type Day } from './trace.ts';

const DAY: Day = { gpus: 1, clips: 0.6, swing: 0.5, bursts: { aDay: 12, minutes: 12, factor: 6 }, error: 0.3 };
const SETUP: Setup = {
  nodeStart: 180,
  modelLoad: 60,
  leaves: 'at-once',
  maxReplicas: 30,
  estimate: { known: { picture: 1, clip: 1 }, learns: false },
};
const by = (policy: Autoscaler['policy'], target: number): Autoscaler => ({ policy, target, ...AS_RECOMMENDED });

describe('a simulated day', () => {
  it.each([
    { policy: WORK_AND_LOAD, target: 1.25 },
    { policy: WORK, target: 90 },
    { policy: QUEUE_LENGTH, target: 2 },
    { policy: UTILIZATION, target: 0.7 },
    { policy: REQUEST_RATE, target: 0.05 },
  ])('by $policy.name serves everything once', ({ policy, target }) => {
    const trace = makeDay(DAY, 1);
    const { served, waits, peak, gpuHours } = simulate(trace, by(policy, target), SETUP);
    expect(served).toBe(trace.at.length);
    expect(waits.every((wait) => wait >= 0)).toBe(true);
    expect(peak).toBeLessThanOrEqual(SETUP.maxReplicas);
    expect(gpuHours).toBeGreaterThan(trace.seconds.reduce((sum, one) => sum + one, 0) / 3600);
  });

  it('is the same for the same seed, and another for another', () => {
    const outcome = (seed: number) => simulate(makeDay(DAY, seed), by(WORK_AND_LOAD, 1), SETUP);
    expect(outcome(3)).toEqual(outcome(3));
    expect(outcome(4).gpuHours).not.toBe(outcome(3).gpuHours);
  });

  it('has as much work as it is to have', () => {
    const steady = { ...DAY, gpus: 4, bursts: undefined };
    const { kind, seconds } = makeDay(steady, 1);
    expect(seconds.reduce((sum, one) => sum + one, 0) / 86_400 / 4).toBeCloseTo(1, 1);
    const clips = seconds.reduce((sum, one, run) => (kind[run] === 1 ? sum + one : sum), 0);
    expect(clips / seconds.reduce((sum, one) => sum + one, 0)).toBeCloseTo(0.6, 1);
  });
});

describe('an autoscaler', () => {
  it('has no GPU while nothing is to be done, and waits for a node when something is', () => {
    const trace = toTrace([
      { at: 3_600, index: 0, seconds: 4 },
      { at: 7_200, index: 0, seconds: 4 },
    ]);
    const { waits, gpuHours, peak } = simulate(trace, by(WORK_AND_LOAD, 1), SETUP);
    for (const wait of waits) expect(wait).toBe(240);
    expect(peak).toBe(1);
    // Each time until it is ready, its run, and what it stays for afterwards.
    expect(gpuHours * 3600).toBeLessThan(2 * (240 + 4 + 600 + 15) + 1);
  });

  it('goes by the queue while Prometheus is away, and lets nobody go then', () => {
    const burst = Array.from({ length: 600 }, (_, index) => ({ at: 1_000 + index, index: 1, seconds: 240 }));
    const setup = { ...SETUP, outage: { from: 900, to: 9_000 } };
    const alone = simulate(toTrace(burst), by(WORK_AND_LOAD, 1), setup);
    const helped = simulate(toTrace(burst), { ...by(WORK_AND_LOAD, 1), runsPerReplica: 16 }, setup);
    expect([alone.peak, helped.peak]).toEqual([30, 30]);
    expect(Math.max(...helped.waits)).toBeLessThan(Math.max(...alone.waits));
  });
});
