import type { Logger } from './logger.ts';
import type { Shutdown } from './shutdown.ts';

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Wires the process to its shutdown: SIGTERM and SIGINT begin it, a second one of the same kind ends the process at once
 * (128 + its number; a Ctrl-C reaches the whole process group, so a launcher's SIGTERM may follow a SIGINT);
 * a parent that is gone (its IPC channel closes) begins it too; an error that nobody caught is logged and ends with 1.
 */
export function wireProcessEvents(shutdown: Shutdown, logger: Logger): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    let received = false;
    process.on(signal, () => {
      if (received) {
        logger.warn({ signal }, 'second signal; ending the process at once');
        process.exit(128 + SIGNAL_NUMBERS[signal]);
      }
      received = true;
      void shutdown.begin(signal);
    });
  }
  process.on('disconnect', () => void shutdown.begin('the parent process is gone'));
  process.on('uncaughtException', (error) => fail(logger, error, 'an exception nobody caught'));
  process.on('unhandledRejection', (reason) => fail(logger, reason, 'a rejection nobody handled'));
}

function fail(logger: Logger, error: unknown, message: string): never {
  logger.fatal({ err: error }, message);
  process.exit(1);
}

/** Where a process listens, told to its parent over IPC. URLs without a trailing slash. */
export interface ListeningMessage {
  type: 'listening';
  /** Base of /healthz, /readyz and /metrics. */
  health: string;
  /** Base of the public API. */
  api?: string;
}

/** Does nothing without a parent that opened an IPC channel. */
export function tellParent(message: ListeningMessage): void {
  if (process.connected) process.send?.(message);
}
