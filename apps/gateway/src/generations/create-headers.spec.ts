import { describe, expect, it } from '@jest/globals';
import { parseIdempotencyKey, waitSeconds } from './create-headers.ts';

describe('waitSeconds', () => {
  it.each([
    [undefined, 0],
    ['respond-async', 0],
    ['wait=5', 5],
    ['wait="5"', 5],
    ['respond-async, wait=10', 10],
    ['Wait = 7', 7],
    ['wait', 25],
    ['wait=999999', 25],
    ['await=5', 0],
    ['wait=-5', 0],
    ['wait=soon', 0],
  ])('%s is %i s', (prefer, seconds) => {
    expect(waitSeconds(prefer)).toBe(seconds);
  });
});

describe('parseIdempotencyKey', () => {
  it.each([undefined, 'a', '3f7c-…'.slice(0, 5), '"quoted"', 'x'.repeat(255)])('takes %s', (key) => {
    expect(parseIdempotencyKey(key)).toBe(key);
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(256)])('refuses "%s"', (key) => {
    expect(() => parseIdempotencyKey(key)).toThrow(`has ${key.length} characters`);
  });
});
