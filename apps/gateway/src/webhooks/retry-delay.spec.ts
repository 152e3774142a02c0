import { describe, expect, it } from '@jest/globals';
import { retryAfterMilliseconds, retryDelay } from './retry-delay.ts';

describe('retryDelay', () => {
  it('waits ever longer, ten tries in all', () => {
    const minutes = Array.from({ length: 11 }, (_, tries) => (retryDelay(tries, 0.5) ?? NaN) / 60_000);
    expect(minutes).toEqual([0, 5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440, NaN]);
  });

  it('is off by a fifth at most', () => {
    expect([retryDelay(1, 0), retryDelay(1, 0.999_999)]).toEqual([4_000, 6_000]);
    expect(retryDelay(0, 0.9)).toBe(0);
  });
});

describe('retryAfterMilliseconds', () => {
  const now = Date.parse('2026-11-24T10:00:00Z');

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['99999999', 86_400_000],
    ['Tue, 24 Nov 2026 10:01:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    [undefined, undefined],
  ])('%s', (header, milliseconds) => {
    expect(retryAfterMilliseconds(header, now)).toBe(milliseconds);
  });
});
