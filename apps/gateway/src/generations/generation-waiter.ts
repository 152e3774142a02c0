import { TERMINAL_EVENTS, readResult, type AssetStore, type EventLog } from '@medley/domain';

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
  async wait(generation: string, seconds: number, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#leaving, AbortSignal.timeout(seconds * 1000)]);
    try {
      if (await this.#endedBefore(generation)) return;
      for await (const event of this.#events.follow(generation, { signal: until })) {
        if ('event' in event && TERMINAL_EVENTS.has(event.event.type)) return;
      }
    } catch {
      // The generation is accepted all the same; what the client is told is its state as far as it is known.
      return;
    }
  }

  /** Whether it ended so long ago that no event tells of it. */
  async #endedBefore(generation: string): Promise<boolean> {
    return (await this.#events.trimmed(generation)) && (await readResult(this.#store, generation)) !== undefined;
  }
}
