import type { LoggedEvent, PreviewEvent } from '@medley/domain';

/** Events that one slow follower may have before it; beyond that it reads the log instead. */
const CAPACITY = 256;

/** What waits for one follower. Bounded: events beyond the capacity are dropped, for the log holds them; of previews only the latest of each output and sample is kept. */
export class EventInbox {
  #events: LoggedEvent[] = [];
  readonly #previews = new Map<string, PreviewEvent>();
  #overflowed = false;
  #wake: (() => void) | undefined;

  put(entry: LoggedEvent): void {
    if (this.#overflowed) return;
    if (this.#events.length >= CAPACITY) this.overflow();
    else this.#events.push(entry);
    this.#wake?.();
  }

  putPreview(preview: PreviewEvent): void {
    this.#previews.set(`${preview.output}:${preview.sample}`, preview);
    this.#wake?.();
  }

  /** Drops the events: the follower is told to read the log. */
  overflow(): void {
    this.#overflowed = true;
    this.#events = [];
    this.#wake?.();
  }

  /** Takes all that waits. `overflowed`: events are missing, read the log after the last one seen. */
  take(): { events: LoggedEvent[]; previews: PreviewEvent[]; overflowed: boolean } {
    const taken = { events: this.#events, previews: [...this.#previews.values()], overflowed: this.#overflowed };
    this.#events = [];
    this.#previews.clear();
    this.#overflowed = false;
    return taken;
  }

  /** Resolves when something waits; rejects with the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#events.length > 0 || this.#previews.size > 0 || this.#overflowed) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
    this.#wake = resolve;
    try {
      await promise;
    } finally {
      this.#wake = undefined;
      signal.removeEventListener('abort', onAbort);
    }
  }
}
