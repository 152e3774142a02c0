import { TERMINAL_EVENTS, readResult, type AssetStore, type EventLog } from '@medley/domain';

/** How a wait came to its end: `late` when its seconds were over, `cut` when nobody could wait any longer. */
export type WaitEnd = 'ended' | 'late' | 'cut';

/** Waits for the end of generations by their events, which go before their results do. */
export class GenerationWaiter {
  readonly #events: EventLog;
  readonly #store: AssetStore;
  readonly #leaving: AbortSignal;

  /** `leaving`: the process shuts down, nobody waits any longer. */
  constructor({ events, store }: { events: EventLog; store: AssetStore }, leaving: AbortSignal) {
    this.#events = events;
    this.#store = store;
    this.#leaving = leaving;
  }

  /** Resolves when the generation has ended, the seconds are over, the signal is aborted, or its events can't be read. */
  async wait(generation: string, seconds: number, signal: AbortSignal): Promise<WaitEnd> {
    const late = AbortSignal.timeout(seconds * 1000);
    const until = AbortSignal.any([signal, this.#leaving, late]);
    try {
      if (await this.#endedBefore(generation)) return 'ended';
      for await (const event of this.#events.follow(generation, { signal: until })) {
        if ('event' in event && TERMINAL_EVENTS.has(event.event.type)) return 'ended';
      }
      return 'ended';
    } catch {
      // The generation is accepted all the same; what the client is told is its state as far as it is known.
      return late.aborted ? 'late' : 'cut';
    }
  }

  /** Whether it ended so long ago that no event tells of it. */
  async #endedBefore(generation: string): Promise<boolean> {
    return (await this.#events.trimmed(generation)) && (await readResult(this.#store, generation)) !== undefined;
  }
}
