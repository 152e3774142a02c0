import { describe, expect, it } from '@jest/globals';
import { GenerationError, type ErrorCode } from './errors.ts';
import { isFinalFailure } from './final-failure.ts';

const { signal } = new AbortController();
const aborted = (code: ErrorCode) => AbortSignal.abort(new GenerationError(code, 'stopped'));

describe('isFinalFailure', () => {
  it('is where no attempt is left, or none can help', () => {
    const passing = new GenerationError('storage_unavailable', 'slow');
    const lasting = new GenerationError('numeric_failure', 'not finite');
    expect(isFinalFailure(passing, { lastAttempt: false, signal })).toBe(false);
    expect(isFinalFailure(passing, { lastAttempt: true, signal })).toBe(true);
    expect(isFinalFailure(lasting, { lastAttempt: false, signal })).toBe(true);
    expect(isFinalFailure(new Error('unknown'), { lastAttempt: false, signal })).toBe(false);
  });

  it('is not where the job goes back, was lost, or its generation was canceled', () => {
    for (const code of ['worker_unavailable', 'canceled'] as const)
      expect(isFinalFailure(new Error('stopped'), { lastAttempt: true, signal: aborted(code) })).toBe(false);
    expect(isFinalFailure(new Error('stopped'), { lastAttempt: true, signal: aborted('internal') })).toBe(true);
  });
});
