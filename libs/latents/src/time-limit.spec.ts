import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TimeLimit } from './time-limit.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('TimeLimit', () => {
  it('is aborted with the signal that it follows', () => {
    const parent = new AbortController();
    const limit = new TimeLimit(parent.signal, 1);
    expect(limit.signal.aborted).toBe(false);
    parent.abort(new Error('enough'));
    expect(limit.signal.reason).toEqual(new Error('enough'));
    expect(limit.expired).toBe(false);
    limit.clear();
  });

  it('is aborted from the start where that signal was', () => {
    const limit = new TimeLimit(AbortSignal.abort(new Error('enough')), 1);
    expect(limit.signal.reason).toEqual(new Error('enough'));
    limit.clear();
  });

  it('is aborted when its time has gone by, which begins anew when it is told so', () => {
    const limit = new TimeLimit(new AbortController().signal, 2);
    jest.advanceTimersByTime(1_900);
    limit.refresh();
    jest.advanceTimersByTime(1_900);
    expect(limit.signal.aborted).toBe(false);
    jest.advanceTimersByTime(100);
    expect(limit.expired).toBe(true);
    expect(limit.signal.reason).toMatchObject({ name: 'TimeoutError', message: 'it took more than 2 s' });
  });

  it('does neither once it is cleared, and leaves nothing behind', () => {
    const parent = new AbortController();
    const remove = jest.spyOn(parent.signal, 'removeEventListener');
    const limit = new TimeLimit(parent.signal, 1);
    limit.clear();
    parent.abort();
    jest.advanceTimersByTime(2_000);
    expect([limit.signal.aborted, limit.expired]).toEqual([false, false]);
    expect(remove).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
