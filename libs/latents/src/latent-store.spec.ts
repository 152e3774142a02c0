import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { float32, tensor } from '@medley/tensor';
import { LatentStore } from './latent-store.ts';

afterEach(() => {
  jest.useRealTimers();
});

/** 16 bytes that are told apart by their first number. */
const small = (first: number) => float32([4], Float32Array.of(first, 0, 0, 0));

describe('LatentStore', () => {
  it('names a tensor by the sha256 of its bytes and holds it without a copy', () => {
    const store = new LatentStore({ budgetBytes: 100, leaseSeconds: 60 });
    const held = tensor('float16', [2, 2], Uint16Array.of(1, 2, 3, 4));
    const reference = store.put('gen_a', held);
    expect(reference).toEqual({
      digest: 'ea99f710d9d0b8ba192295c969a63ed7ce8fc5743da20d2057fa2b6d2c404bfb',
      data_type: 'float16',
      shape: [2, 2],
    });
    expect(store.get(reference.digest)?.bytes.buffer).toBe(held.data.buffer);
    expect(store.heldBytes).toBe(8);
  });

  it('lets the oldest lease go when it is full; a second put renews', () => {
    const store = new LatentStore({ budgetBytes: 48, leaseSeconds: 60 });
    const [first, second, third] = [1, 2, 3].map((value) => store.put('gen_a', small(value)).digest);
    store.put('gen_b', small(1));
    store.put('gen_b', small(4));
    expect([first, second, third].map((digest) => store.get(digest!) !== undefined)).toEqual([true, false, true]);
    expect(store.heldBytes).toBe(48);
  });

  it('does not hold what is beyond its budget, and loses nothing for it', () => {
    const store = new LatentStore({ budgetBytes: 20, leaseSeconds: 60 });
    const { digest } = store.put('gen_a', small(1));
    expect(store.get(store.put('gen_a', float32([6])).digest)).toBeUndefined();
    expect(store.get(digest)).toBeDefined();
  });

  it('lets go with the last generation that needs it', () => {
    const store = new LatentStore({ budgetBytes: 100, leaseSeconds: 60 });
    const { digest } = store.put('gen_a', small(1));
    store.put('gen_b', small(1));
    store.release('gen_a');
    expect(store.get(digest)).toBeDefined();
    store.release('gen_b');
    expect(store.get(digest)).toBeUndefined();
    expect(store.heldBytes).toBe(0);
  });

  it('frees memory at the end of the lease although nobody asks', () => {
    jest.useFakeTimers();
    const store = new LatentStore({ budgetBytes: 100, leaseSeconds: 60 });
    store.put('gen_a', small(1));
    jest.advanceTimersByTime(30_000);
    store.put('gen_a', small(2));
    jest.advanceTimersByTime(30_010);
    expect(store.heldBytes).toBe(16);
    jest.advanceTimersByTime(30_000);
    expect(store.heldBytes).toBe(0);
  });

  it('does not hold a tensor whose memory was given away', () => {
    const store = new LatentStore({ budgetBytes: 100, leaseSeconds: 60 });
    const given = small(1);
    const { digest } = store.put('gen_a', given);
    structuredClone(given.data, { transfer: [given.data.buffer] });
    expect(store.get(digest)).toBeUndefined();
    expect(store.heldBytes).toBe(0);
  });

  it('takes numbers of the two types that are exchanged only', () => {
    const store = new LatentStore({ budgetBytes: 100, leaseSeconds: 60 });
    expect(() => store.put('gen_a', tensor('uint8', [1], Uint8Array.of(1)))).toThrow('float32 and float16 can');
  });
});
