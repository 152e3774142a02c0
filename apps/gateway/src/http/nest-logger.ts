import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@medley/runtime';

/** Nest's own words in the log of the process: what it tells of its start is for debugging. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown): void {
    this.#logger.debug({ nest: message }, 'nest');
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#logger.error({ nest: message, rest }, 'nest');
  }

  warn(message: unknown): void {
    this.#logger.warn({ nest: message }, 'nest');
  }
}
