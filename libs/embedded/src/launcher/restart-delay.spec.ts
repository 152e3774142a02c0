import { describe, expect, it } from '@jest/globals';
import { restartDelay } from './restart-delay.ts';

describe('restartDelay', () => {
  it('is short at first, doubles, and has a limit', () => {
    expect([1, 2, 3, 6, 7, 100].map(restartDelay)).toEqual([250, 500, 1000, 8000, 10_000, 10_000]);
  });
});
