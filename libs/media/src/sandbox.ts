import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How far a media child is shut in: a file system of code alone without network and other processes, no network, or resource limits alone. */
export type SandboxLevel = 'bubblewrap' | 'unshare' | 'limits';

export interface Sandbox {
  level: SandboxLevel;
  /** What the child's command line is put behind. */
  command: readonly string[];
}

/** Resource limits that hold at every level, kept by the kernel. `--data` counts what is written to, not what is only reserved. */
const limits = (memory: number) => ['prlimit', `--data=${memory}`, '--core=0', '--nofile=256', '--'];

/** Where shared libraries and programs of a Linux system lie. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/lib', '/lib64', '/etc/ld.so.cache', '/nix/store'];

/** The child sees the system's libraries, Node, the folder of its entry, and the packages that it imports; no home, no data folder. */
function bubblewrap(entry: string): string[] {
  const packages: string[] = [];
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    packages.push(...['node_modules', 'package.json'].map((name) => join(folder, name)).filter(existsSync));
  }
  const visible = [...SYSTEM_FOLDERS, process.execPath, dirname(entry), ...packages];
  return [
    ...['bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--proc', '/proc', '--dev', '/dev'],
    ...['--tmpfs', '/tmp'],
    ...visible.flatMap((path) => ['--ro-bind-try', path, path]),
  ];
}

/**
 * The strictest sandbox in which the child's libraries load, found by trying. `memory` in bytes.
 * Throws an Error where even resource limits alone do not let them load.
 */
export async function findSandbox(entry: string, memory: number): Promise<Sandbox> {
  const prefix = (await works([...limits(memory), process.execPath, '--version'])) ? limits(memory) : [];
  const candidates: readonly Sandbox[] = [
    { level: 'bubblewrap', command: [...prefix, ...bubblewrap(entry)] },
    { level: 'unshare', command: [...prefix, 'unshare', '--map-root-user', '--net', '--'] },
    { level: 'limits', command: prefix },
  ];
  for (const candidate of candidates) {
    if (await works([...candidate.command, process.execPath, entry, 'probe'])) return candidate;
  }
  throw new Error('sharp and node-av do not load on this machine; install the packages again with npm ci');
}

async function works([command, ...args]: readonly string[]): Promise<boolean> {
  const child = spawn(command!, args, { stdio: 'ignore', env: {} });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } catch {
    return false; // The program is not there.
  }
}
