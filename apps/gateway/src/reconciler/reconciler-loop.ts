import { setTimeout as delay } from 'node:timers/promises';
import type { Resource } from '@medley/runtime';
import type { Reconciler } from './reconciler.ts';

/** A lease in Redis: one gateway at a time holds it. */
export interface ReconcilerLease {
  /** Takes or renews the lease. */
  hold(seconds: number): Promise<boolean>;
  release(): Promise<void>;
}

export interface ReconcilerLoopOptions {
  seconds: number;
  /** Generations found open by a pass; undefined while another process holds the lease. */
  seen: (open: number | undefined) => void;
  report: (error: unknown) => void;
}

/** A Redis that is away must not keep the process from ending. */
const RELEASE_MILLISECONDS = 1_000;

/** Passes every `seconds` while this process holds the lease, until `stop()`. */
export class ReconcilerLoop implements Resource {
  readonly #stop = new AbortController();
  readonly #reconciler: Reconciler;
  readonly #lease: ReconcilerLease;
  readonly #options: ReconcilerLoopOptions;
  readonly #done: Promise<void>;

  constructor(reconciler: Reconciler, lease: ReconcilerLease, options: ReconcilerLoopOptions) {
    this.#reconciler = reconciler;
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
      seen(holds ? await this.#reconciler.pass(signal) : undefined);
    } catch (error) {
      if (!signal.aborted) report(error);
    }
  }
}
