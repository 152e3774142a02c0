import { TERMINAL_EVENTS, type EventLog } from '@medley/domain';

/** Waits for the end of a generation by its events. */
export class GenerationWaiter {
  readonly #events: EventLog;

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** Resolves when the generation has ended, the seconds are over, or the signal is aborted. */
  async wait(generation: string, seconds: number, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
    try {
      for await (const event of this.#events.follow(generation, { signal: until })) {
        if ('event' in event && TERMINAL_EVENTS.has(event.event.type)) return;
      }
    } catch (error) {
      if (!until.aborted) throw error;
    }
  }
}
