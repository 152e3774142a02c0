import { setTimeout as delay } from 'node:timers/promises';
import type { Resource } from '@medley/runtime';

/** What is walked over and over: one pass over it. The answer is how much there was. */
export interface Walk {
  pass(signal: AbortSignal): Promise<number>;
}

/** A lease in Redis: one gateway at a time holds it. */
export interface ReconcilerLease {
  /** Takes or renews the lease. */
  hold(seconds: number): Promise<boolean>;
  release(): Promise<void>;
}

export interface ReconcilerLoopOptions {
  seconds: number;
  /** What a pass found; undefined while another process holds the lease. */
  seen: (found: number | undefined) => void;
  report: (error: unknown) => void;
}

/** A Redis that is away must not keep the process from ending. */
const RELEASE_MILLISECONDS = 1_000;

/** Passes every `seconds` while this process holds the lease, until `stop()`. */
export class ReconcilerLoop implements Resource {
  readonly #stop = new AbortController();
  readonly #walk: Walk;
  readonly #lease: ReconcilerLease;
  readonly #options: ReconcilerLoopOptions;
  readonly #done: Promise<void>;

  constructor(walk: Walk, lease: ReconcilerLease, options: ReconcilerLoopOptions) {
    this.#walk = walk;
    this.#lease = lease;
    this.#options = options;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { seconds, report } = this.#options;
    while (!signal.aborted) {
      await this.#turn(signal);
      await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
    await Promise.race([this.#lease.release().catch(report), delay(RELEASE_MILLISECONDS, undefined, { ref: false })]);
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { seconds, seen, report } = this.#options;
    try {
      const holds = await this.#lease.hold(Math.max(seconds * 3, 1));
      seen(holds ? await this.#walk.pass(signal) : undefined);
    } catch (error) {
      if (!signal.aborted) report(error);
    }
  }
}
