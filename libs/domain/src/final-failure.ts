import { GenerationError } from './errors.ts';
import type { JobContext } from './ports.ts';

/**
 * Whether the handler whose job failed has to commit the failure: no attempt is left, or none can help. A job that is
 * handed back or lost runs again elsewhere; one that was canceled has ended already.
 */
export function isFinalFailure(
  error: unknown,
  { lastAttempt, signal }: Pick<JobContext, 'lastAttempt' | 'signal'>,
): boolean {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (reason instanceof GenerationError && (reason.code === 'worker_unavailable' || reason.code === 'canceled'))
    return false;
  return lastAttempt || (error instanceof GenerationError && !error.retryable);
}
