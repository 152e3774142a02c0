import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Paced } from './paced.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('Paced', () => {
  it('does the latest of what came once the pause is over, and at once what comes later', async () => {
    const seen: number[] = [];
    const paced = new Paced<number>((value) => Promise.resolve(void seen.push(value)), 100);
    for (const value of [1, 2]) paced.put(value);
    await jest.advanceTimersByTimeAsync(99);
    expect(seen).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(seen).toEqual([2]);
    await jest.advanceTimersByTimeAsync(150);
    paced.put(3);
    expect(seen).toEqual([2, 3]);
    await (
      await paced.flush()
    ).done;
    expect(seen).toEqual([2, 3]);
  });

  it('runs one task at a time, and pauses from its end', async () => {
    const seen: number[] = [];
    const gate = Promise.withResolvers<void>();
    const paced = new Paced<number>((value) => {
      seen.push(value);
      return seen.length === 1 ? gate.promise : Promise.resolve();
    }, 100);
    paced.put(1);
    await jest.advanceTimersByTimeAsync(500);
    paced.put(2);
    gate.resolve();
    await jest.advanceTimersByTimeAsync(99);
    expect(seen).toEqual([1]);
    await jest.advanceTimersByTimeAsync(1);
    expect(seen).toEqual([1, 2]);
    await (
      await paced.flush()
    ).done;
  });

  it('flushes the latest without a pause, after what is running, and leaves no timer', async () => {
    const seen: number[] = [];
    const paced = new Paced<number>((value) => Promise.resolve(void seen.push(value)), 100);
    paced.put(1);
    await jest.advanceTimersByTimeAsync(100);
    for (const value of [2, 3]) paced.put(value);
    await (
      await paced.flush()
    ).done;
    expect(seen).toEqual([1, 3]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('begins nothing any more once it is stopped', async () => {
    const seen: number[] = [];
    const paced = new Paced<number>((value) => Promise.resolve(void seen.push(value)), 100);
    paced.put(1);
    paced.stop();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
