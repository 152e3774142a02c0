import { readFile } from 'node:fs/promises';

/** Clock ticks per second of /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICKS = 100;
const PAGE_BYTES = 4096;

/** What a process has used. */
export interface ProcessUsage {
  /** Seconds of processor time. */
  cpu: number;
  /** Resident bytes. */
  memory: number;
}

/** Usage of the last process in the line of first children that begins at `pid`: sandboxes stand between. Zeros where it can't be read. */
export async function processUsage(pid: number | undefined): Promise<ProcessUsage> {
  if (pid === undefined) return { cpu: 0, memory: 0 };
  try {
    const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ');
    if (child !== undefined && child !== '') return await processUsage(Number(child));
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, memory: Number(fields[21]) * PAGE_BYTES };
  } catch {
    return { cpu: 0, memory: 0 }; // Gone, or not Linux.
  }
}
