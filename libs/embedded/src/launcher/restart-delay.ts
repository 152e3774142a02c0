/** A process that lived this long is healthy: what went wrong before is forgotten. */
export const HEALTHY_MILLISECONDS = 30_000;
const FIRST_MILLISECONDS = 250;
const LONGEST_MILLISECONDS = 10_000;

/** Milliseconds to wait before a process is started again that ended `failures` times in a row before it was healthy. */
export function restartDelay(failures: number): number {
  return Math.min(FIRST_MILLISECONDS * 2 ** Math.max(0, failures - 1), LONGEST_MILLISECONDS);
}
