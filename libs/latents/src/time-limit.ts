/**
 * A signal that is aborted with another one, or with a TimeoutError when its time has gone by. AbortSignal.any and
 * AbortSignal.timeout do this too: they keep weak references and registries, and take four times as long where each is used once.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #follow: () => void;
  #expired = false;

  constructor(parent: AbortSignal, seconds: number) {
    this.#parent = parent;
    this.#follow = () => this.#controller.abort(parent.reason);
    this.#timer = setTimeout(() => {
      this.#expired = true;
      this.#controller.abort(new DOMException(`it took more than ${seconds} s`, 'TimeoutError'));
    }, seconds * 1000);
    if (parent.aborted) this.#follow();
    else parent.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether its own time has gone by. */
  get expired(): boolean {
    return this.#expired;
  }

  /** The time begins anew. */
  refresh(): void {
    this.#timer.refresh();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#follow);
  }
}
