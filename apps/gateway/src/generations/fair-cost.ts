const TICKS_PER_SECOND = 10;

/** Seconds of work as ticks of fair virtual time, a tenth of a second each: half the range is a backlog of 29 hours. */
export function fairCost(seconds: number): number {
  return Math.max(seconds * TICKS_PER_SECOND, 0.1);
}
