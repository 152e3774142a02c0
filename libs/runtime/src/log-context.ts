import { AsyncLocalStorage } from 'node:async_hooks';

/** Fields that every log line of the current asynchronous call chain carries. */
export interface LogContext {
  /** Id of the generation that is worked on. */
  generation?: string;
  epoch?: number;
  /** Stage of the pipeline. */
  stage?: string;
  role?: number;
  /** Id of the HTTP request. */
  request?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `work` so that all lines logged by it, and by what it awaits, carry `context` on top of the fields that already hold. */
export function withLogContext<Result>(context: LogContext, work: () => Result): Result {
  return storage.run({ ...storage.getStore(), ...context }, work);
}

/** The fields that hold here; empty outside of `withLogContext`. */
export function currentLogContext(): LogContext {
  return storage.getStore() ?? {};
}
