import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Execution } from './execution.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('an execution that takes too long', () => {
  it.each([
    [0, true],
    [1, true],
    [2, false],
    [6, false],
  ])('after %i failed attempts is tried again: %s', (attemptsMade, retryable) => {
    const execution = new Execution('encode', attemptsMade);
    jest.advanceTimersByTime(120_000);
    expect(execution.signal.aborted).toBe(false);
    execution.begin();
    jest.advanceTimersByTime(120_000);
    expect(execution.signal.reason).toMatchObject({
      code: 'internal',
      message: 'the stage encode took longer than 120 s',
      retryable,
    });
  });
});
