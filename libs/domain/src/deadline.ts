import { GenerationError } from './errors.ts';
import type { LiveState } from './live-state.ts';

/**
 * For a state that was read just now: a signal that is aborted by `signal`, or with GenerationError `deadline_exceeded`
 * when the request's deadline passes. No clock of this machine is compared with another's. `clear` ends its timer.
 */
export function withDeadline(
  { request: { deadline_seconds: seconds }, elapsed }: LiveState,
  signal: AbortSignal,
): { signal: AbortSignal; clear: () => void } {
  if (seconds === undefined) return { signal, clear: () => undefined };
  const late = new AbortController();
  const expire = () =>
    late.abort(
      new GenerationError(
        'deadline_exceeded',
        `deadline_seconds is ${seconds}; it passed before the generation was done`,
      ),
    );
  const remaining = seconds * 1000 - elapsed;
  if (remaining <= 0) expire();
  const timer = remaining > 0 ? setTimeout(expire, remaining) : undefined;
  return { signal: AbortSignal.any([signal, late.signal]), clear: () => clearTimeout(timer) };
}
