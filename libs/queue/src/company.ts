interface Waiting {
  alone: boolean;
  enter: () => void;
}

/** Lets executions run side by side, and some alone; first come, first served. */
export class Company {
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #alone = false;

  /** Resolves, when its turn has come, with what leaves again. Rejects with the signal's reason. */
  async enter(alone: boolean, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { alone, enter: resolve };
    const abort = () => {
      const at = this.#waiting.indexOf(waiting);
      if (at === -1) return; // It has entered.
      this.#waiting.splice(at, 1);
      this.#admit();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.push(waiting);
    this.#admit();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return () => {
      this.#inside -= 1;
      this.#alone = false;
      this.#admit();
    };
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone && this.#inside > 0)) return;
      this.#waiting.shift();
      this.#inside += 1;
      this.#alone = next.alone;
      next.enter();
    }
  }
}
