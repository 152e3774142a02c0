/** What a watched queue worker looks like at one moment. */
export interface WorkerSample {
  /** Jobs that wait and could be started. */
  waiting: number;
  /** Slots that run nothing. */
  freeSlots: number;
  /** Counts up with every job that was started. */
  started: number;
}

export interface FetchWatchdogOptions {
  /** Rejects while Redis can't be asked: that time does not count. */
  sample: () => Promise<WorkerSample>;
  /** Seconds of waiting jobs, free slots and no start after which the worker is stuck. */
  stuckSeconds: number;
  /** Seconds between samples. */
  intervalSeconds: number;
  /** Called once. */
  onStuck: (sample: WorkerSample, seconds: number) => void;
}

/** Finds a worker that has free slots and waiting jobs but fetches nothing, a known fault after a reconnect (reliability.md, Queue facts). */
export class FetchWatchdog {
  readonly #options: FetchWatchdogOptions;
  #timer: NodeJS.Timeout | undefined;
  #suspect: { since: number; started: number } | undefined;
  #stuck = false;

  constructor(options: FetchWatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(
      () => void this.look(performance.now() / 1000),
      this.#options.intervalSeconds * 1000,
    ).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stuck = true;
  }

  /** Takes one sample at `now` (seconds of a monotonic clock). */
  async look(now: number): Promise<void> {
    let sample: WorkerSample;
    try {
      sample = await this.#options.sample();
    } catch {
      this.#suspect = undefined;
      return;
    }
    if (this.#stuck) return;
    if (sample.waiting === 0 || sample.freeSlots <= 0 || sample.started !== this.#suspect?.started) {
      const suspicious = sample.waiting > 0 && sample.freeSlots > 0;
      this.#suspect = suspicious ? { since: now, started: sample.started } : undefined;
      return;
    }
    const seconds = now - this.#suspect.since;
    if (seconds < this.#options.stuckSeconds) return;
    this.#stuck = true;
    this.#options.onStuck(sample, seconds);
  }
}
