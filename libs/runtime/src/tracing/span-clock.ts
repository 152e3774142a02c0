/** Milliseconds by which the two clocks may differ before they are set anew. */
const TOLERANCE = 20;

/**
 * Turns moments of `performance.now()` into times of day as spans are sent with: without jumps within a span, and right again when
 * the machine's clock was set, or the machine slept.
 */
export class SpanClock {
  #origin = performance.timeOrigin;
  readonly #timeOfDay: () => number;

  /** `timeOfDay` tells milliseconds since the epoch. */
  constructor(timeOfDay: () => number = Date.now) {
    this.#timeOfDay = timeOfDay;
  }

  /** Seconds since the epoch, and nanoseconds. */
  at(moment: number): [number, number] {
    const now = performance.now();
    const origin = this.#timeOfDay() - now;
    if (Math.abs(origin - this.#origin) > TOLERANCE) this.#origin = origin;
    const milliseconds = this.#origin + moment;
    const seconds = Math.floor(milliseconds / 1000);
    return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
  }
}
