/**
 * Runs a task on the latest of a series of values, one at a time and with pauses between: values that come meanwhile
 * replace each other.
 */
export class Paced<Value> {
  readonly #task: (value: Value) => Promise<void>;
  readonly #pause: number;
  #next: { value: Value } | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** Milliseconds from now to the first run, and from each run's end to the next. The task must not reject. */
  constructor(task: (value: Value) => Promise<void>, pause: number) {
    this.#task = task;
    this.#pause = pause;
    this.#rest();
  }

  put(value: Value): void {
    this.#next = { value };
    if (this.#timer === undefined) this.#run();
  }

  /**
   * Begins the task on the latest value, without a pause, once none is running; `done` resolves when that has ended.
   * Nothing may be put afterwards.
   */
  async flush(): Promise<{ done: Promise<void> }> {
    await this.#running;
    this.#run();
    const done = this.#running ?? Promise.resolve();
    this.stop();
    return { done };
  }

  /** Begins nothing any more. */
  stop(): void {
    this.#next = undefined;
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #rest(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run();
    }, this.#pause);
  }

  #run(): void {
    if (this.#next === undefined || this.#running !== undefined) return;
    const { value } = this.#next;
    this.#next = undefined;
    this.#running = this.#task(value).then(() => {
      this.#running = undefined;
      this.#rest();
    });
  }
}
