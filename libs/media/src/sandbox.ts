import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * How far a media child is shut in: a file system of code alone without network and other processes, no network, or
 * resource limits alone. Each level has the resource limits too.
 */
export type SandboxLevel = 'bubblewrap' | 'unshare' | 'limits';

/** `auto` takes the strictest level that works, `required` the strictest without network; a level's name takes that one alone. */
export type SandboxPolicy = 'auto' | 'required' | SandboxLevel;

export interface Sandbox {
  level: SandboxLevel;
  /** What the child's command line is put behind. */
  command: readonly string[];
}

export interface SandboxOptions {
  policy: SandboxPolicy;
  /** The child's entry. Started with the argument `probe` it ends with 0 when its libraries load. */
  entry: string;
  /** Bytes of memory that the kernel grants a child. */
  memory: number;
}

/**
 * Resource limits that hold at every level, kept by the kernel. `--data` counts what is written to, not what is only
 * reserved. Media come and go through the pipe, so no file may be written: its first byte is refused.
 */
const limits = (memory: number) => ['prlimit', `--data=${memory}`, '--fsize=0', '--core=0', '--nofile=256', '--'];

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

const LEVELS: Readonly<Record<SandboxLevel, (entry: string) => string[]>> = {
  bubblewrap,
  unshare: () => ['unshare', '--map-root-user', '--net', '--'],
  limits: () => [],
};
const LEVELS_OF: Readonly<Record<SandboxPolicy, readonly SandboxLevel[]>> = {
  auto: ['bubblewrap', 'unshare', 'limits'],
  required: ['bubblewrap', 'unshare'],
  bubblewrap: ['bubblewrap'],
  unshare: ['unshare'],
  limits: ['limits'],
};

/**
 * The strictest sandbox of the policy in which the child's libraries load, found by trying. Throws an Error that says in
 * one line what was tried and what came of it, where none works.
 */
export async function findSandbox({ policy, entry, memory }: SandboxOptions): Promise<Sandbox> {
  const trouble: string[] = [];
  const child = [process.execPath, entry, 'probe'];
  const unlimited = await troubleOf([...limits(memory), process.execPath, '--version']);
  if (unlimited !== undefined) trouble.push(`prlimit: ${unlimited}`);
  // A machine without prlimit is taken as it is only where nothing is asked for.
  if (unlimited === undefined || policy === 'auto') {
    const prefix = unlimited === undefined ? limits(memory) : [];
    for (const level of LEVELS_OF[policy]) {
      const command = [...prefix, ...LEVELS[level](entry)];
      const why = await troubleOf([...command, ...child]);
      if (why === undefined) return { level, command };
      trouble.push(`${level}: ${why}`);
    }
  }
  throw new Error(
    policy === 'auto'
      ? `sharp and node-av do not load on this machine; install the packages again with npm ci (${trouble.join('; ')})`
      : `MEDLEY_SANDBOX is ${policy}, which can't be had here (${trouble.join('; ')}); install util-linux and bubblewrap and allow user namespaces, or ask for less`,
  );
}

/** Why a command does not end with 0, in its own last words; undefined where it does. */
async function troubleOf([command, ...args]: readonly string[]): Promise<string | undefined> {
  const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'], env: {} });
  const words = text(child.stderr);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return undefined;
    const last = (await words).trim().split('\n').at(-1)!;
    return last === '' ? `it ended with ${code ?? signal!}` : last;
  } catch (error) {
    return (error as Error).message; // The program is not there.
  }
}
