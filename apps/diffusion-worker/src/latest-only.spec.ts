import { describe, expect, it } from '@jest/globals';
import { LatestOnly } from './latest-only.ts';

describe('LatestOnly', () => {
  it('does the first and the last of what comes while it is busy, one after another', async () => {
    const seen: number[] = [];
    const gates = [1, 2].map(() => Promise.withResolvers<void>());
    const latest = new LatestOnly<number>((value) => {
      seen.push(value);
      return gates[seen.length - 1]!.promise;
    });
    for (const value of [1, 2, 3]) latest.put(value);
    expect(seen).toEqual([1]);
    gates.forEach(({ resolve }) => resolve());
    await latest.settled();
    expect(seen).toEqual([1, 3]);
  });

  it('begins again after it was done', async () => {
    const seen: number[] = [];
    const latest = new LatestOnly<number>((value) => Promise.resolve(void seen.push(value)));
    for (const value of [1, 2]) {
      latest.put(value);
      await latest.settled();
    }
    expect(seen).toEqual([1, 2]);
  });
});
