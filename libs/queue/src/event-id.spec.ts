import { describe, expect, it } from '@jest/globals';
import { compareEventIds, follows } from './event-id.ts';

describe('event ids', () => {
  it('are ordered by epoch, then by sequence, as numbers', () => {
    const ids = ['2-0', '1-10', '1-9', '10-1', '1-900000000000', '2-1'];
    expect(ids.sort(compareEventIds)).toEqual(['1-9', '1-10', '1-900000000000', '2-0', '2-1', '10-1']);
    expect(compareEventIds('3-4', '3-4')).toBe(0);
  });

  it('follow each other within one epoch', () => {
    expect(follows('1-9', '1-10')).toBe(true);
    expect(follows('1-9', '1-11')).toBe(false);
    expect(follows('1-9', '2-10')).toBe(false);
  });
});
