import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/** How much lower: nice levels, of which each is worth about a tenth of the processor. */
const NICENESS = 10;

/**
 * Lets a process that was just begun, and all that it begins, have what others leave of the processor. Linux may share it out
 * by sessions first (sched_autogroup_enabled), where a process in a session of its own has to say so for the session.
 */
export async function lowerPriority(pid: number): Promise<void> {
  try {
    setPriority(pid, NICENESS);
    await writeFile(`/proc/${pid}/autogroup`, String(NICENESS));
  } catch {
    // It has ended already, or this system has no such groups: it runs as it is.
  }
}
