import { GenerationError, HandedBack, JOB_CATALOG, type Stage } from '@medley/domain';

/** Why a running execution is told to stop before its end. */
type Interruption = 'lost' | 'handed-back' | 'timed-out' | 'canceled';

/** Waiting helps against an outage, not against work that takes too long: from so many attempts on that ends the job. */
const LONG_ATTEMPTS = 3;

/** One execution of a job: its signal, and what aborted it. The first interruption counts. */
export class Execution {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  readonly #stage: Stage;
  readonly #attemptsMade: number;
  #interruption: Interruption | undefined;

  /** `attemptsMade`: attempts of the job that failed before. */
  constructor(stage: Stage, attemptsMade: number) {
    this.#stage = stage;
    this.#attemptsMade = attemptsMade;
  }

  /** From here on its time counts. */
  begin(): void {
    this.#timer = setTimeout(() => this.interrupt('timed-out'), JOB_CATALOG[this.#stage].timeoutSeconds * 1000);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get interruption(): Interruption | undefined {
    return this.#interruption;
  }

  interrupt(interruption: Interruption): void {
    if (this.#interruption !== undefined) return;
    this.#interruption = interruption;
    this.#controller.abort(this.#reason(interruption));
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #reason(interruption: Interruption): GenerationError {
    switch (interruption) {
      case 'lost':
        return new GenerationError('worker_unavailable', `the lock of this ${this.#stage} job went to another worker`);
      case 'handed-back':
        return new HandedBack();
      case 'canceled':
        return new GenerationError('canceled', 'the generation was canceled');
      case 'timed-out':
        return new GenerationError(
          'internal',
          `the stage ${this.#stage} took longer than ${JOB_CATALOG[this.#stage].timeoutSeconds} s`,
          { retryable: this.#attemptsMade + 1 < LONG_ATTEMPTS },
        );
    }
  }
}
