import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { LauncherError } from './launcher-error.ts';
import { installCommands, MANUAL_COMMANDS, PACKAGE_MANAGERS, type PackageManager } from './package-managers.ts';

const run = promisify(execFile);

/** How the private Redis is run: a program of this machine, or Docker. */
export type RedisProgram = { kind: 'program'; command: string } | { kind: 'docker'; command: string };

export interface SearchOptions {
  /** Folders to look in, as in the variable PATH. */
  path: string;
  root: boolean;
  /** Somebody can type a password. */
  terminal: boolean;
  /** Takes one line for the terminal. */
  say: (line: string) => void;
}

/** redis-server or valkey-server of this machine; else it is installed with the system's package manager; else Docker. Throws LauncherError with the commands to type. */
export async function findRedis(options: SearchOptions): Promise<RedisProgram> {
  const { path, say } = options;
  const present = await findServer(path);
  if (present !== undefined) return present;
  const manager = await firstOnPath(Object.keys(PACKAGE_MANAGERS) as PackageManager[], path);
  if (manager !== undefined) {
    const sudo = (await findProgram('sudo', path)) !== undefined;
    for (const command of installCommands(manager, { root: options.root, sudo, terminal: options.terminal })) {
      say(`Redis is not on this machine; installing it: ${command.join(' ')}`);
      await install(command);
      const installed = await findServer(path);
      if (installed !== undefined) return installed;
    }
  }
  const docker = await findProgram('docker', path);
  if (docker !== undefined && (await answers(docker, ['info']))) {
    say('Redis is not on this machine; running it with Docker');
    return { kind: 'docker', command: docker };
  }
  throw new LauncherError(`Redis is needed, and it could not be installed here. Type one of these, then npm start:
${MANUAL_COMMANDS.map((line) => `  ${line}`).join('\n')}
or set REDIS_URL to a Redis of your own.`);
}

async function findServer(path: string): Promise<RedisProgram | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    const command = await findProgram(name, path);
    if (command === undefined) continue;
    const version = await run(command, ['--version']).then(({ stdout }) => stdout);
    if (isRecent(version)) return { kind: 'program', command };
  }
  return undefined;
}

/** Whether `redis-server --version` names 6.2 or newer. */
export function isRecent(version: string): boolean {
  const [, major, minor] = /\bv=(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
}

async function install(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  // Its words go to standard error: standard output is kept for the one line of --json.
  const child = spawn(program, args, { stdio: ['inherit', 2, 2] });
  await once(child, 'exit').catch(() => undefined);
}

async function answers(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, args, { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

async function firstOnPath<Name extends string>(names: readonly Name[], path: string): Promise<Name | undefined> {
  for (const name of names) if ((await findProgram(name, path)) !== undefined) return name;
  return undefined;
}

async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
