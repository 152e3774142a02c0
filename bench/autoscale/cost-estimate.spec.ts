import { describe, expect, it } from '@jest/globals';
import { CostEstimate, type EstimateOptions } from './cost-estimate.ts';

const seconds = (options: EstimateOptions) => new CostEstimate(options).seconds.map((one) => Number(one.toFixed(9)));

describe('estimates', () => {
  it('are the mean of each kind where costs are known, and off by what is asked for', () => {
    expect(seconds({ known: { picture: 1, clip: 1 }, learns: false })).toEqual([4, 240]);
    expect(seconds({ known: { picture: 2, clip: 0.25 }, learns: false })).toEqual([8, 60]);
  });

  it('of an unknown bundle take ten milliseconds for each row, and follow what is measured', () => {
    const costs = new CostEstimate({ known: 'unknown', learns: true });
    expect(costs.seconds).toEqual([0.6, 1]);
    costs.record([{ kind: 1, error: 1 }], 1);
    expect(costs.seconds).toEqual([0.6, 240]);
    costs.record([{ kind: 1, error: 1.5 }], 1);
    expect(costs.seconds[1]).toBeCloseTo(240 * (1 + 0.5 / 5), 6);
    costs.record([{ kind: 1, error: 1.5 }], 40);
    expect(costs.seconds[1]! / 240).toBeCloseTo(1.5, 3);
  });
});
