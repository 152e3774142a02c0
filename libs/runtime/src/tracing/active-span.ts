import { AsyncLocalStorage } from 'node:async_hooks';
import { NO_SPAN, parseTraceparent, type Span } from '@medley/domain';

const storage = new AsyncLocalStorage<Span>();

/** The span that the current asynchronous call chain runs in. */
export function activeSpan(): Span {
  return storage.getStore() ?? NO_SPAN;
}

export function withSpan<Result>(span: Span, work: () => Result): Result {
  return span === NO_SPAN ? work() : storage.run(span, work);
}

/** Id of the trace that is worked on, recorded or not. */
export function activeTraceId(): string | undefined {
  return parseTraceparent(storage.getStore()?.traceparent)?.traceId;
}
