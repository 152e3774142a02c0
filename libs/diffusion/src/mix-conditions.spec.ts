import { describe, expect, it } from '@jest/globals';
import { float32 } from '@medley/tensor';
import { mixConditions } from './mix-conditions.ts';

const part = (weight: number, ...numbers: number[]) => ({
  weight,
  embedding: float32([1, numbers.length], Float32Array.from(numbers)),
});

describe('mixConditions', () => {
  it('divides weights by their sum and does not normalise again', () => {
    expect([...mixConditions([part(1, 1, 0), part(3, 0, 1)]).data]).toEqual([0.25, 0.75]);
  });

  it('ignores a condition of weight 0', () => {
    expect([...mixConditions([part(0, 5, 5), part(2, 0, 1)]).data]).toEqual([0, 1]);
  });

  it('refuses weights that are all 0', () => {
    expect(() => mixConditions([part(0, 1), part(0, 1)])).toThrow('all 0');
  });
});
