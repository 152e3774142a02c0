import type { Health } from './health.ts';
import type { Logger } from './logger.ts';

/** Something that the process started. Every part is optional and called once, in the order given here. */
export interface Resource {
  /** Takes no new work from now on. Work in hand goes on. */
  stop?(): void | Promise<void>;
  /** Resolves when no work is in hand. The signal is aborted when the grace time is over: then hand back or give up. */
  drain?(signal: AbortSignal): Promise<void>;
  /** Frees connections, ports, threads and files. */
  close?(): void | Promise<void>;
}

export interface ShutdownOptions {
  logger: Logger;
  health: Health;
  /** Seconds for which work in hand may go on. */
  graceSeconds: number;
  /** Ends the process. */
  exit: (code: number) => void;
}

/** Seconds that closing (after the grace time) may take before the process is ended with code 1. */
const CLOSE_SECONDS = 5;

/** Not ready → stop all → drain all within the grace time → close in reverse order of registration → exit. */
export class Shutdown {
  readonly #options: ShutdownOptions;
  readonly #resources: { name: string; resource: Resource }[] = [];
  readonly #begun = new AbortController();
  #ended: Promise<void> | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** Aborted when the shutdown begins. */
  get signal(): AbortSignal {
    return this.#begun.signal;
  }

  /** Registers what was just started; closed before everything that was registered earlier. */
  register(name: string, resource: Resource): void {
    this.#resources.push({ name, resource });
  }

  /** Ends the process with `exitCode`, or 1 when a part could not be closed. Asked twice, it goes on as it does. */
  begin(reason: string, exitCode = 0): Promise<void> {
    this.#ended ??= this.#run(reason, exitCode);
    return this.#ended;
  }

  async #run(reason: string, exitCode: number): Promise<void> {
    const { logger, health, graceSeconds, exit } = this.#options;
    logger.info({ reason, grace_seconds: graceSeconds }, 'shutting down');
    health.enter('draining');
    this.#begun.abort(new Error(`the process shuts down: ${reason}`));
    const pending = new Set<string>();
    const limit = setTimeout(
      () => {
        logger.fatal({ pending: [...pending] }, 'shutdown hangs; ending the process');
        exit(1);
      },
      (graceSeconds + CLOSE_SECONDS) * 1000,
    );
    const grace = new AbortController();
    const graceEnd = setTimeout(
      () => grace.abort(new Error(`the grace time of ${graceSeconds} s is over`)),
      graceSeconds * 1000,
    );
    const stopped = await this.#all('stop', pending, (resource) => resource.stop?.());
    const drained = await this.#all('drain', pending, (resource) => resource.drain?.(grace.signal));
    clearTimeout(graceEnd);
    let clean = stopped && drained;
    for (const { name, resource } of [...this.#resources].reverse()) {
      clean = (await this.#part('close', name, pending, () => resource.close?.())) && clean;
    }
    clearTimeout(limit);
    logger.info({ clean }, 'closed');
    exit(clean ? exitCode : exitCode || 1);
  }

  async #all(
    phase: string,
    pending: Set<string>,
    call: (resource: Resource) => void | Promise<void> | undefined,
  ): Promise<boolean> {
    const parts = await Promise.all(
      this.#resources.map(({ name, resource }) => this.#part(phase, name, pending, () => call(resource))),
    );
    return parts.every(Boolean);
  }

  async #part(
    phase: string,
    name: string,
    pending: Set<string>,
    call: () => void | Promise<void> | undefined,
  ): Promise<boolean> {
    const label = `${phase} ${name}`;
    pending.add(label);
    try {
      await call();
      return true;
    } catch (error) {
      this.#options.logger.error({ err: error, resource: name, phase }, 'a part did not shut down cleanly');
      return false;
    } finally {
      pending.delete(label);
    }
  }
}
