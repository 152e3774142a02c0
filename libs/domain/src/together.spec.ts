import { describe, expect, it } from '@jest/globals';
import { together } from './together.ts';

describe('together', () => {
  it('answers what each of them does, values included', async () => {
    expect(await together([Promise.resolve(1), 'two', undefined])).toEqual([1, 'two', undefined]);
  });

  it('rejects with the first of the reasons, when all have settled', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let settled = false;
    const both = together([Promise.reject(new Error('first')), promise]).finally(() => (settled = true));
    both.catch(() => undefined);
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    resolve();
    await expect(both).rejects.toThrow('first');
  });
});
