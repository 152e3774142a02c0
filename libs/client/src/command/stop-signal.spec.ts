import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { stopSignal } from './stop-signal.ts';

const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  exit.mockClear();
  jest.useRealTimers();
});

describe('stopSignal', () => {
  it.each([
    ['SIGINT', 'interrupted'],
    ['SIGTERM', 'terminated'],
  ] as const)('aborts at %s, which npm may send twice', (name, reason) => {
    const signal = stopSignal();
    expect(signal.aborted).toBe(false);
    process.emit(name);
    jest.advanceTimersByTime(900);
    process.emit(name);
    expect(signal.reason).toEqual(new Error(reason));
    expect(exit).not.toHaveBeenCalled();
  });

  it('ends the process at the next Ctrl-C', () => {
    stopSignal();
    process.emit('SIGINT');
    jest.advanceTimersByTime(1_001);
    process.emit('SIGINT');
    expect(exit.mock.calls).toEqual([[130]]);
  });
});
