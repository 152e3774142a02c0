/** The event streams that are open in this process: counted, and ended when it shuts down. */
export class EventClients {
  readonly #open = new Set<AbortController>();

  get size(): number {
    return this.#open.size;
  }

  /** Aborted when the process shuts down. `leave` when the client is gone. */
  join(): { leaving: AbortSignal; leave: () => void } {
    const controller = new AbortController();
    this.#open.add(controller);
    return { leaving: controller.signal, leave: () => this.#open.delete(controller) };
  }

  endAll(): void {
    for (const controller of this.#open) controller.abort(new Error('the process shuts down'));
  }
}
