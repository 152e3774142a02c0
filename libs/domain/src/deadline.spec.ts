import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withDeadline } from './deadline.ts';
import type { LiveState } from './live-state.ts';

beforeEach(() => {
  // The clock of this machine is an hour off.
  jest.useFakeTimers({ now: Date.parse('2026-11-24T11:00:05.000Z') });
});
afterEach(() => {
  jest.useRealTimers();
});

const state = (seconds?: number) =>
  ({ request: { created_at: '2026-11-24T10:00:00.000Z', deadline_seconds: seconds }, elapsed: 5_000 }) as LiveState;
const { signal: open } = new AbortController();

describe('withDeadline', () => {
  it('aborts when the time since the request is over', () => {
    const { signal } = withDeadline(state(8), open);
    jest.advanceTimersByTime(2_900);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(100);
    expect(signal.reason).toMatchObject({ code: 'deadline_exceeded', message: expect.stringContaining('is 8') });
  });

  it('aborts at once when it is over already', () => {
    expect(withDeadline(state(5), open).signal.aborted).toBe(true);
  });

  it('leaves no timer behind, and does nothing without a deadline', () => {
    withDeadline(state(8), open).clear();
    expect(withDeadline(state(), open).signal).toBe(open);
    expect(jest.getTimerCount()).toBe(0);
  });
});
