import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisProgram } from './find-redis.ts';
import { containerName, dockerArguments } from './docker-redis.ts';
import { freePort } from './loopback.ts';
import { LauncherError } from './launcher-error.ts';

/** The longest path of a socket that every system takes. */
const LONGEST_SOCKET_PATH = 100;
/** Seconds that a Redis of a launcher that was killed may take to end. */
const PREDECESSOR_SECONDS = 10;

/** Runs a command until it, or its own standard input, ends, and then `end`: a launcher that is killed takes it along. */
const guard = (end: string) => `exec 3<&0
"$@" </dev/null 3<&- &
process=$!
{ cat <&3; ${end}; } >/dev/null 2>&1 &
wait "$process"`;

/** A container outlives its client, and one that a killed launcher has left must not share its files with the next. */
const CONTAINER_GUARD = `docker=$1 name=$2
shift 2
"$docker" stop "$name" >/dev/null 2>&1
while "$docker" container inspect "$name" >/dev/null 2>&1; do "$docker" rm --force "$name" >/dev/null 2>&1; done
${guard('"$docker" stop "$name"')}`;

export interface RedisPlan {
  url: string;
  command: string;
  args: string[];
}

/** Writes the configuration of the private Redis into `<data>/redis` and says how to run it. Throws LauncherError when an earlier one does not end. */
export async function planRedis(program: RedisProgram, data: string, password: string): Promise<RedisPlan> {
  const folder = join(data, 'redis');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configuration = join(folder, 'redis.conf');
  const write = (lines: readonly string[]) =>
    writeFile(configuration, `${[...DURABLE, ...lines].join('\n')}\n`, { mode: 0o600 });
  if (program.kind === 'docker') {
    const port = await freePort();
    await write(['port 6379', 'bind 0.0.0.0', 'dir /data', `requirepass ${password}`]);
    const { command } = program;
    const run = dockerArguments(folder, port, process.getuid?.(), process.getgid?.());
    return {
      url: `redis://:${password}@127.0.0.1:${port}`,
      command: '/bin/sh',
      args: ['-c', CONTAINER_GUARD, 'redis', command, containerName(folder), command, ...run],
    };
  }
  const socket = await socketPath(folder);
  await predecessorEnded(socket);
  await write(['port 0', `unixsocket ${quoted(socket)}`, 'unixsocketperm 700', `dir ${quoted(folder)}`]);
  return {
    url: socketUrl(socket),
    command: '/bin/sh',
    args: ['-c', guard('kill "$process"'), 'redis', program.command, configuration],
  };
}

/** What was accepted has to survive: everything is appended to a file, synced each second, and nothing is evicted. */
const DURABLE = ['daemonize no', 'appendonly yes', 'appendfsync everysec', 'save ""', 'maxmemory-policy noeviction'];

/** The line that both Redis and Valkey log when they can be used. */
export const REDIS_READY = /ready to accept connections/i;

/** The socket lies beside the data, or, where that path is too long for one, in the folder for temporary files. */
async function socketPath(folder: string): Promise<string> {
  const beside = join(folder, 'redis.sock');
  if (Buffer.byteLength(beside) <= LONGEST_SOCKET_PATH) return beside;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const elsewhere = join(tmpdir(), `medley-${name}`);
  await mkdir(elsewhere, { recursive: true, mode: 0o700 });
  return join(elsewhere, 'redis.sock');
}

export function socketUrl(path: string): string {
  return `unix://${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** A configuration value of Redis in quotes. */
function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Two of them on the same files would destroy them. */
async function predecessorEnded(socket: string): Promise<void> {
  for (let left = PREDECESSOR_SECONDS * 10; await accepts(socket); left -= 1) {
    if (left === 0) throw new LauncherError(`a Redis still runs on ${socket}; end it and start again`);
    await delay(100);
  }
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => (connection.destroy(), resolve(true)));
    connection.once('error', () => resolve(false));
  });
}
