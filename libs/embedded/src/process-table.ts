import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A process as `ps` shows it. */
export interface ProcessRow {
  id: number;
  parent: number;
  /** Resident bytes. */
  memory: number;
  command: string;
}

/** Every process below one, the nearest first. */
export async function descendants(root: number): Promise<ProcessRow[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,args=']);
  const rows = stdout.split('\n').flatMap(parseRow);
  const found: ProcessRow[] = [];
  for (let parents = new Set([root]); parents.size > 0;) {
    const children = rows.filter(({ parent }) => parents.has(parent));
    found.push(...children);
    parents = new Set(children.map(({ id }) => id));
  }
  return found;
}

function parseRow(line: string): ProcessRow[] {
  const [, id, parent, kilobytes, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
  if (command === undefined) return [];
  return [{ id: Number(id), parent: Number(parent), memory: Number(kilobytes) * 1024, command }];
}
