/** Numbers by the time at which they are due, the earliest first; of equal times in no particular order. */
export class TimeHeap {
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  /** Infinity when it is empty. */
  get next(): number {
    return this.#times[0] ?? Infinity;
  }

  push(time: number, value: number): void {
    const [times, values] = [this.#times, this.#values];
    let at = times.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (times[parent]! <= time) break;
      times[at] = times[parent]!;
      values[at] = values[parent]!;
      at = parent;
    }
    times[at] = time;
    values[at] = value;
  }

  pop(): number {
    const [times, values] = [this.#times, this.#values];
    const first = values[0]!;
    const time = times.pop()!;
    const value = values.pop()!;
    const count = times.length;
    if (count === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      if (child + 1 < count && times[child + 1]! < times[child]!) child += 1;
      if (times[child]! >= time) break;
      times[at] = times[child]!;
      values[at] = values[child]!;
      at = child;
    }
    times[at] = time;
    values[at] = value;
    return first;
  }
}
