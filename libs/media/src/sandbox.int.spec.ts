import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { findSandbox, type Sandbox, type SandboxLevel, type SandboxPolicy } from './sandbox.ts';

jest.setTimeout(60_000);

const MEBIBYTE = 2 ** 20;
const MEMORY = 768 * MEBIBYTE;
const entry = fileURLToPath(new URL('./sandbox-probe.fixture.ts', import.meta.url));
const start = fileURLToPath(new URL('./sandbox-start.fixture.ts', import.meta.url));

let folder: string;
let secret: string;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-sandbox-'));
  secret = join(folder, 'secret');
  await writeFile(secret, 'a file of the service');
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function run([command, ...args]: readonly string[]) {
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  const [out, [code, signal]] = await Promise.all([
    text(child.stdout),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stderr),
  ]);
  return { said: out === '' ? undefined : (JSON.parse(out) as unknown), end: signal ?? code };
}

/** What each level is on this machine, or why it is not. */
const found = new Map<SandboxLevel, Promise<Sandbox | Error>>();

/** What comes of an attempt at a level; undefined, after the refusal was looked at, where the machine does not have the level. */
async function attempt(level: SandboxLevel, ...args: string[]) {
  const tried =
    found.get(level) ?? findSandbox({ policy: level, entry, memory: MEMORY }).catch((error: Error) => error);
  found.set(level, tried);
  const sandbox = await tried;
  if (sandbox instanceof Error) {
    expect(sandbox.message).toContain(`MEDLEY_SANDBOX is ${level}, which can't be had here (`);
    return undefined;
  }
  expect(sandbox.level).toBe(level);
  return run([...sandbox.command, process.execPath, entry, ...args]);
}

const LEVELS = ['bubblewrap', 'unshare', 'limits'] as const;
const WITHOUT_NETWORK = ['bubblewrap', 'unshare'] as const;

describe.each(LEVELS)('the sandbox %s (or its refusal, where the machine has no such level)', (level) => {
  it('gives so much memory and no more', async () => {
    const outcome = await attempt(level, 'allocate', '1024');
    if (outcome === undefined) return;
    // Node itself takes some of it; what is over the limit is refused, or ends the process.
    if (outcome.said === undefined) expect(outcome.end).not.toBe(0);
    else expect(outcome.said).toBeLessThan(MEMORY / MEBIBYTE);
  });

  it('opens some hundred files at most', async () => {
    const outcome = await attempt(level, 'open', '1000');
    if (outcome !== undefined) expect(outcome.said).toBeLessThan(256);
  });

  it('lets nothing be written to a file', async () => {
    for (const place of [join(folder, level), join(tmpdir(), `medley-${level}-${process.pid}`)]) {
      const outcome = await attempt(level, 'write', place);
      if (outcome === undefined) return;
      // What the sandbox does not show is not there; what it shows may be opened, and takes no byte.
      expect(outcome.said).toMatch(/^(EFBIG|ENOENT)$/);
      expect(await readFile(place, 'utf8').catch(() => '')).toBe('');
      await rm(place, { force: true });
    }
  });
});

describe.each(WITHOUT_NETWORK)('the sandbox %s (or its refusal)', (level) => {
  it('has no network, not even this machine', async () => {
    const { port } = server.address() as AddressInfo;
    const outside = await run([process.execPath, entry, 'connect', String(port)]);
    expect(outside.said).toBe('connected');
    const outcome = await attempt(level, 'connect', String(port));
    if (outcome !== undefined) expect(outcome.said).toMatch(/^E(NETUNREACH|CONNREFUSED|ADDRNOTAVAIL)$/);
  });
});

describe('the sandbox bubblewrap (or its refusal)', () => {
  it('shows no file but code, and no process of the service', async () => {
    for (const path of [secret, '/etc/passwd', '/etc/hostname']) {
      const outcome = await attempt('bubblewrap', 'read', path);
      if (outcome !== undefined) expect(outcome.said).toBe('ENOENT');
    }
    const outcome = await attempt('bubblewrap', 'processes', String(process.pid));
    if (outcome !== undefined) expect(outcome.said).toBe(false);
    expect((await run([process.execPath, entry, 'read', secret])).said).toBe('a file of the service');
    expect((await run([process.execPath, entry, 'processes', String(process.pid)])).said).toBe(true);
  });
});

/** Puts a command where no namespace can be made; on a machine that has none to begin with, as it is. */
async function withoutNamespaces(command: readonly string[]): Promise<string[]> {
  const none = 'for most in /proc/sys/user/max_*_namespaces; do echo 0 >"$most"; done; exec "$@"';
  const wrapped = ['unshare', '--user', '--map-root-user', 'sh', '-c', none, 'sh'];
  const possible = await run([...wrapped, process.execPath, entry, 'probe']).catch(() => undefined);
  return possible?.end === 0 ? [...wrapped, ...command] : [...command];
}

describe('a machine without namespaces', () => {
  const started = async (policy: SandboxPolicy) =>
    (await run(await withoutNamespaces([process.execPath, start, policy]))).said;

  it.each(['required', 'bubblewrap', 'unshare'] as const)(
    'is refused in one line when %s is asked for',
    async (policy) => {
      const said = (await started(policy)) as string;
      expect(said).toMatch(
        new RegExp(
          `^MEDLEY_SANDBOX is ${policy}, which can't be had here \\(.+\\); install util-linux and bubblewrap and allow user namespaces, or ask for less$`,
        ),
      );
    },
  );

  it.each(['auto', 'limits'] as const)('has the limits alone when %s is asked for', async (policy) => {
    expect(await started(policy)).toEqual({ level: 'limits' });
  });
});
