import { describe, expect, it } from '@jest/globals';
import {
  DEFAULT_BEHAVIOR,
  HorizontalPodAutoscaler,
  mostReplicas,
  replicasForAverageValue,
  replicasForPodMean,
  type Behavior,
  type ScalingRules,
} from './horizontal-pod-autoscaler.ts';

const BOUNDS = { minimum: 1, maximum: 1_000 };
const behavior = (changes: { up?: Partial<ScalingRules>; down?: Partial<ScalingRules> }): Behavior => ({
  scaleUp: { ...DEFAULT_BEHAVIOR.scaleUp, ...changes.up },
  scaleDown: { ...DEFAULT_BEHAVIOR.scaleDown, stabilizationWindowSeconds: 0, ...changes.down },
});
const mean = (value: number, target: number, current: number, ready = current) =>
  replicasForPodMean(value, target, { current, ready }, DEFAULT_BEHAVIOR);

/** Sizes after each sync, 15 seconds apart, while `asked` is asked for. */
function sizes(hpa: HorizontalPodAutoscaler, current: number, asked: readonly number[]): number[] {
  return asked.map((replicas, index) => (current = hpa.sync(15 * index, current, replicas)));
}

describe('replicas for a metric', () => {
  it('double at twice the target and halve at half of it, as the documentation of Kubernetes has it', () => {
    expect([mean(200, 100, 3), mean(50, 100, 4)]).toEqual([6, 2]);
    expect(mean(90, 75, 50)).toBe(60);
    expect(replicasForAverageValue(200 * 3, 100, 3, DEFAULT_BEHAVIOR)).toBe(6);
  });

  it('are rounded up, and stay within a tenth of the target', () => {
    expect([mean(121, 100, 10), mean(110, 100, 10), mean(90, 100, 10), mean(89, 100, 10)]).toEqual([13, 10, 10, 9]);
    const value = (total: number) => replicasForAverageValue(total, 10, 10, DEFAULT_BEHAVIOR);
    expect([value(111), value(110), value(90), value(89)]).toEqual([12, 10, 10, 9]);
  });

  it('have a tolerance for each direction', () => {
    const wide = behavior({ up: { tolerance: 0 }, down: { tolerance: 0.5 } });
    expect([replicasForAverageValue(101, 10, 10, wide), replicasForAverageValue(51, 10, 10, wide)]).toEqual([11, 10]);
  });

  it('count pods that are not ready as using nothing, and never turn the direction by that', () => {
    expect(mean(100, 50, 8, 4)).toBe(8);
    expect(mean(100, 50, 8, 6)).toBe(12);
    expect(mean(60, 50, 8, 4)).toBe(8);
  });

  it('are the most that any of several asks for; none go while one is unknown', () => {
    expect(mostReplicas([3, 7], 5)).toBe(7);
    expect(mostReplicas([3, undefined], 5)).toBe(5);
    expect(mostReplicas([9, undefined], 5)).toBe(9);
  });
});

describe('rules of speed', () => {
  it('allow doubling or four pods every 15 seconds upwards by default', () => {
    expect(sizes(new HorizontalPodAutoscaler(DEFAULT_BEHAVIOR, BOUNDS), 1, [50, 50, 50, 50, 50])).toEqual([
      5, 10, 20, 40, 50,
    ]);
  });

  it('downwards go by the rule that allows the most: a tenth of 80, then of 72, and four below 40', () => {
    const down = {
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 60 },
        { type: 'Percent', value: 10, periodSeconds: 60 },
      ] as const,
    };
    const hpa = new HorizontalPodAutoscaler(behavior({ down }), BOUNDS);
    expect([hpa.sync(0, 80, 10), hpa.sync(15, 72, 10), hpa.sync(60, 72, 10)]).toEqual([72, 72, 64]);
    const small = new HorizontalPodAutoscaler(behavior({ down }), BOUNDS);
    expect([small.sync(0, 38, 10), small.sync(30, 34, 10), small.sync(61, 34, 10)]).toEqual([34, 34, 30]);
  });

  it('go by the least with selectPolicy Min, and forbid a direction with Disabled', () => {
    const policies = [
      { type: 'Pods', value: 5, periodSeconds: 60 },
      { type: 'Percent', value: 10, periodSeconds: 60 },
    ] as const;
    const least = new HorizontalPodAutoscaler(behavior({ down: { policies, selectPolicy: 'Min' } }), BOUNDS);
    expect(least.sync(0, 100, 1)).toBe(95);
    const disabled = new HorizontalPodAutoscaler(behavior({ down: { selectPolicy: 'Disabled' } }), BOUNDS);
    expect(disabled.sync(0, 100, 1)).toBe(100);
  });
});

describe('stabilization', () => {
  it('downwards takes the highest that was asked for within the window', () => {
    const hpa = new HorizontalPodAutoscaler(DEFAULT_BEHAVIOR, BOUNDS);
    expect(hpa.sync(0, 10, 10)).toBe(10);
    expect([hpa.sync(15, 10, 4), hpa.sync(150, 10, 6), hpa.sync(299, 10, 2)]).toEqual([10, 10, 10]);
    expect([hpa.sync(301, 10, 2), hpa.sync(449, 6, 2), hpa.sync(451, 6, 2)]).toEqual([6, 6, 2]);
  });

  it('upwards takes the lowest within the window', () => {
    const hpa = new HorizontalPodAutoscaler(behavior({ up: { stabilizationWindowSeconds: 60 } }), BOUNDS);
    expect([hpa.sync(0, 4, 4), hpa.sync(15, 4, 8), hpa.sync(61, 4, 7)]).toEqual([4, 4, 7]);
  });

  it('keeps what is between both, and the bounds', () => {
    const hpa = new HorizontalPodAutoscaler(DEFAULT_BEHAVIOR, { minimum: 2, maximum: 6 });
    expect([hpa.sync(0, 1, 1), hpa.sync(15, 9, 9), hpa.sync(30, 6, 50)]).toEqual([2, 6, 6]);
  });
});
