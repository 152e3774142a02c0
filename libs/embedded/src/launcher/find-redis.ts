import { findDocker } from './docker-redis.ts';
import { LauncherError } from './launcher-error.ts';
import {
  installCommands,
  manualCommands,
  PACKAGE_MANAGERS,
  sudoCommand,
  type PackageManager,
} from './package-managers.ts';
import { findProgram, outputOf, runWatched } from './programs.ts';

const OLDEST = '6.2';

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
  const program = (await findServer(path)) ?? (await installServer(options));
  if (program !== undefined) return { kind: 'program', command: program };
  const docker = await findDocker(path, say);
  if (docker !== undefined) return { kind: 'docker', command: docker };
  const sudo = (await findProgram('sudo', path)) !== undefined;
  const commands = manualCommands(await managersOn(path), { root: options.root, sudo });
  const type = commands.length > 1 ? 'Type one of these' : 'Type this';
  throw new LauncherError(`${await whatIsWrong(path)}, and it could not be installed here. ${type}, then npm start again:
${commands.map((line) => `  ${line}`).join('\n')}
or set REDIS_URL to a Redis of your own.`);
}

async function findServer(path: string): Promise<string | undefined> {
  const servers = await serversOn(path);
  return servers.find(({ version }) => isRecent(version))?.command;
}

async function serversOn(path: string): Promise<{ command: string; version: string }[]> {
  const found = await Promise.all(
    ['redis-server', 'valkey-server'].map(async (name) => {
      const command = await findProgram(name, path);
      const version = command === undefined ? undefined : await outputOf(command, ['--version']);
      return command === undefined || version === undefined ? [] : [{ command, version }];
    }),
  );
  return found.flat();
}

/** Whether `redis-server --version` names 6.2 or newer. */
export function isRecent(version: string): boolean {
  const [, major, minor] = /\bv=(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
}

async function whatIsWrong(path: string): Promise<string> {
  const [server] = await serversOn(path);
  if (server === undefined) return 'Redis is needed';
  const version = /\bv=(\S+)/.exec(server.version)?.[1] ?? 'of no known version';
  return `Redis ${OLDEST} or newer is needed (${server.command} is ${version})`;
}

async function installServer({ path, root, terminal, say }: SearchOptions): Promise<string | undefined> {
  const sudo = (await findProgram('sudo', path)) !== undefined;
  for (const manager of await managersOn(path)) {
    const commands = installCommands(manager, { root, sudo, terminal });
    for (const [step, command] of commands.entries()) {
      say(`Redis ${OLDEST} or newer is not on this machine; installing it: ${command.join(' ')}`);
      // A password that is refused is asked for once, not before each command.
      if (step === 0 && command[0] === 'sudo' && !(await runCommand([...sudoCommand(terminal), 'true'], path))) break;
      await runCommand(command, path);
      const installed = await findServer(path);
      if (installed !== undefined) return installed;
    }
  }
  return undefined;
}

async function runCommand([name = '', ...args]: readonly string[], path: string): Promise<boolean> {
  const file = await findProgram(name, path);
  return file !== undefined && runWatched(file, args, path);
}

async function managersOn(path: string): Promise<PackageManager[]> {
  const names = Object.keys(PACKAGE_MANAGERS) as PackageManager[];
  const found = await Promise.all(names.map((name) => findProgram(name, path)));
  return names.filter((_, index) => found[index] !== undefined);
}
