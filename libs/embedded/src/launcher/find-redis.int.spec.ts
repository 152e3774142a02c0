import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findRedis, type RedisProgram } from './find-redis.ts';

/** The one folder on the PATH. Each program in it notes how it was called. */
let path: string;
let said: string[];

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'medley-path-'));
  said = [];
});
afterEach(() => rm(path, { recursive: true }));

async function program(name: string, body = ''): Promise<void> {
  const file = join(path, name);
  await writeFile(file, `#!/bin/sh\ncd "${path}"\necho "${name} $*" >>calls\n${body}\n`);
  await chmod(file, 0o755);
}

/** A package manager that installs `server` when it is called with `args`. */
async function manager(name: string, args: string, server: string, condition = 'true'): Promise<void> {
  await writeFile(join(path, `.${server}`), '#!/bin/sh\necho "Redis server v=8.0.2 sha=0"\n', { mode: 0o755 });
  await program(name, `case "$*" in "${args}") ${condition} && /bin/ln -s ".${server}" "${server}";; esac`);
}

const server = (name: string, version: string) => program(name, `echo "${version}"`);
const sudo = (allows: boolean) =>
  program('sudo', `${allows ? '' : 'exit 1\n'}[ "$1" = -n ] && shift\nPATH="${path}" "$@"`);
const docker = (image: boolean, pull: boolean) =>
  program('docker', `case "$1" in image) exit ${image ? 0 : 1};; pull) exit ${pull ? 0 : 1};; esac`);

function find(rights: { root?: boolean; terminal?: boolean } = {}): Promise<RedisProgram> {
  const { root = false, terminal = false } = rights;
  return findRedis({ path, root, terminal, say: (line) => void said.push(line) });
}

async function calls(): Promise<string[]> {
  const text = await readFile(join(path, 'calls'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '' && !line.endsWith('-server --version'));
}

describe('findRedis', () => {
  it.each(['redis-server', 'valkey-server'])('takes the %s that is there', async (name) => {
    await server(name, 'Server v=7.2.4 sha=0');
    await manager('apt-get', 'install -y redis-server', 'redis-server');
    expect(await find({ root: true })).toEqual({ kind: 'program', command: join(path, name) });
    expect([await calls(), said]).toEqual([[], []]);
  });

  it('passes over one that is too old and one that does not run', async () => {
    await server('redis-server', 'Redis server v=6.0.16 sha=0');
    await server('valkey-server', 'Valkey server v=8.1.1 sha=0');
    expect(await find()).toEqual({ kind: 'program', command: join(path, 'valkey-server') });
    await program('valkey-server', 'exit 127');
    await expect(find()).rejects.toThrow(/^Redis 6\.2 or newer is needed \(.*redis-server is 6\.0\.16\), and/);
  });

  it.each([
    ['apt-get', 'install -y redis-server', 'redis-server'],
    ['dnf', 'install -y valkey', 'valkey-server'],
    ['apk', 'add redis', 'redis-server'],
    ['brew', 'install redis', 'redis-server'],
  ])('installs with %s %s as root, after saying so', async (name, args, installed) => {
    await manager(name, args, installed);
    expect(await find({ root: true })).toEqual({ kind: 'program', command: join(path, installed) });
    expect(await calls()).toEqual([`${name} ${args}`]);
    expect(said).toEqual([`Redis 6.2 or newer is not on this machine; installing it: ${name} ${args}`]);
  });

  it('fetches the lists of apt where they are missing, and tries the next package of dnf', async () => {
    await manager('apt-get', 'install -y redis-server', 'redis-server', '[ -e lists ]');
    const body = await readFile(join(path, 'apt-get'), 'utf8');
    await writeFile(join(path, 'apt-get'), `${body}[ "$1" = update ] && : >lists\n`);
    await find({ root: true });
    const install = 'apt-get install -y redis-server';
    expect(await calls()).toEqual([install, 'apt-get update', install]);

    await Promise.all(['apt-get', 'redis-server', 'calls'].map((name) => rm(join(path, name))));
    await manager('dnf', 'install -y redis', 'redis-server');
    await find({ root: true });
    expect(await calls()).toEqual(['dnf install -y valkey', 'dnf install -y redis']);
  });

  it('asks sudo, and for a password only where somebody can type one', async () => {
    await sudo(true);
    await manager('dnf', 'install -y valkey', 'valkey-server');
    await find();
    expect(await calls()).toEqual(['sudo -n true', 'sudo -n dnf install -y valkey', 'dnf install -y valkey']);
    await Promise.all(['valkey-server', 'calls'].map((name) => rm(join(path, name))));
    await find({ terminal: true });
    expect(await calls()).toEqual(['sudo true', 'sudo dnf install -y valkey', 'dnf install -y valkey']);
  });

  it('says what to type where sudo refuses, having asked it once', async () => {
    await sudo(false);
    await manager('apt-get', 'install -y redis-server', 'redis-server');
    await expect(find()).rejects.toThrow('Type this, then npm start again:\n  sudo apt-get update && sudo apt-get');
    expect(await calls()).toEqual(['sudo -n true']);
  });

  it.each([
    ['apt-get', "su -c 'apt-get update && apt-get install -y redis-server'"],
    ['dnf', "su -c 'dnf install -y valkey || dnf install -y redis'"],
    ['apk', "su -c 'apk add redis'"],
  ])('calls no %s without rights, and says what to type', async (name, line) => {
    await program(name);
    await expect(find()).rejects.toThrow(`Type this, then npm start again:\n  ${line}\nor set REDIS_URL`);
    expect(await calls()).toEqual([]);
  });

  it('names every system where it knows no package manager', async () => {
    await expect(find()).rejects.toThrow(/one of these.*\n.*Debian.*\n.*Fedora.*\n.*Alpine.*\n.*brew install redis/);
  });

  it('runs it with a Docker that answers, fetching the image where it is missing', async () => {
    const found = { kind: 'docker', command: join(path, 'docker') };
    await docker(true, false);
    expect(await find()).toEqual(found);
    await docker(false, true);
    expect(await find()).toEqual(found);
    const inspect = 'docker image inspect valkey/valkey:8-alpine';
    const pull = 'docker pull valkey/valkey:8-alpine';
    expect(await calls()).toEqual(['docker info', inspect, 'docker info', inspect, pull]);
    expect(said[0]).toBe('Redis is not on this machine; running valkey/valkey:8-alpine with Docker');
  });

  it('gives up on a Docker without a daemon, and on one that cannot fetch the image', async () => {
    await program('docker', 'exit 1');
    await expect(find()).rejects.toThrow('or set REDIS_URL');
    await docker(false, false);
    await expect(find()).rejects.toThrow('or set REDIS_URL');
  });
});
