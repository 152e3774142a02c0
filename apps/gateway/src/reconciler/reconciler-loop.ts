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

/** A lease holds for so many of the times after which it is renewed. */
const LEASE_SHARE = 3;
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

  async #turn(stop: AbortSignal): Promise<void> {
    const { seen, report } = this.#options;
    const taken = new AbortController();
    try {
      const holds = await this.#hold();
      seen(holds ? await this.#pass(AbortSignal.any([stop, taken.signal]), taken) : undefined);
    } catch (error) {
      if (taken.signal.aborted) seen(undefined);
      else if (!stop.aborted) report(error);
    }
  }

  /** Renews the lease as long as the pass takes; one that another process has taken meanwhile ends it. */
  async #pass(signal: AbortSignal, taken: AbortController): Promise<number> {
    const renewing = setInterval(
      () => void this.#hold().then((holds) => holds || taken.abort(), this.#options.report),
      (this.#leaseSeconds * 1000) / LEASE_SHARE,
    );
    try {
      return await this.#walk.pass(signal);
    } finally {
      clearInterval(renewing);
    }
  }

  #hold(): Promise<boolean> {
    return this.#lease.hold(this.#leaseSeconds);
  }

  get #leaseSeconds(): number {
    return Math.max(this.#options.seconds * LEASE_SHARE, 1);
  }
}
