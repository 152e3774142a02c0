/** Runs a task on the latest of a series of values, one at a time: values that come meanwhile replace each other. */
export class LatestOnly<Value> {
  readonly #task: (value: Value) => Promise<void>;
  #next: { value: Value } | undefined;
  #running: Promise<void> | undefined;

  /** The task must not reject. */
  constructor(task: (value: Value) => Promise<void>) {
    this.#task = task;
  }

  put(value: Value): void {
    this.#next = { value };
    this.#running ??= this.#run();
  }

  /** Resolves when the latest value is done with. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let next = this.#next; next !== undefined; next = this.#next) {
      this.#next = undefined;
      await this.#task(next.value);
    }
    this.#running = undefined;
  }
}
