import { GenerationError } from './errors.ts';
import type { GenerationRequest } from './generation-request.ts';

/** Aborted by `signal`, or with GenerationError `deadline_exceeded` when the request's deadline passes. `clear` ends its timer. */
export function withDeadline(
  { created_at: createdAt, deadline_seconds: seconds }: GenerationRequest,
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
  const remaining = Date.parse(createdAt) + seconds * 1000 - Date.now();
  if (remaining <= 0) expire();
  const timer = remaining > 0 ? setTimeout(expire, remaining) : undefined;
  return { signal: AbortSignal.any([signal, late.signal]), clear: () => clearTimeout(timer) };
}
