import { setTimeout as delay } from 'node:timers/promises';
import type { Reconciler } from './reconciler.ts';

/** A lease in Redis: one gateway at a time holds it. */
export interface ReconcilerLease {
  /** Takes or renews the lease. */
  hold(seconds: number): Promise<boolean>;
  release(): Promise<void>;
}

/** Passes every `seconds` while this process holds the lease, until `stop()`. */
export class ReconcilerLoop {
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(reconciler: Reconciler, lease: ReconcilerLease, seconds: number, report: (error: unknown) => void) {
    this.#done = this.#run(reconciler, lease, seconds, report);
  }

  async #run(reconciler: Reconciler, lease: ReconcilerLease, seconds: number, report: (error: unknown) => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (await lease.hold(seconds * 3)) await reconciler.pass(signal);
      } catch (error) {
        if (!signal.aborted) report(error);
      }
      await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
    await lease.release().catch(report);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}
