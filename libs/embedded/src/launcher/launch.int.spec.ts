import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { descendants, type ProcessRow } from '../process-table.ts';
import { BY_NPM, Launched, gone } from './launch.fixture.ts';

jest.setTimeout(120_000);

const anyPort = ['--port', '0'];
let data: string;
let launched: Launched[] = [];

function launch(variables: readonly string[] = [], args: readonly string[] = anyPort, program?: string[]): Launched {
  const one = new Launched(data, variables, args, program);
  launched.push(one);
  return one;
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'medley-start-'));
});
afterEach(async () => {
  for (const one of launched) await one.stop('SIGTERM');
  launched = [];
});
afterAll(() => rm(data, { recursive: true }));

async function get(url: string, key?: string): Promise<number> {
  const response = await fetch(url, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
  await response.body?.cancel();
  return response.status;
}

async function generate(url: string, key: string): Promise<string> {
  const response = await fetch(`${url}/v1/generations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ conditions: [{ type: 'text', text: 'a dog' }], outputs: [{ type: 'image' }] }),
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

/** Resolves when the generation has succeeded; the gateway may be away meanwhile. */
async function succeeded(url: string, key: string): Promise<void> {
  for (let status = ''; status !== 'succeeded'; await delay(50)) {
    if (status === 'failed' || status === 'canceled') throw new Error(`the generation is ${status}`);
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } }).catch(() => undefined);
    if (response?.ok === true) ({ status } = (await response.json()) as { status: string });
  }
}

describe('npm start', () => {
  it('runs every process on loopback, prints one line, and leaves nothing behind on Ctrl-C', async () => {
    const first = launch();
    const { url, key, processes } = await first.ready();
    expect(Object.keys(processes).sort()).toEqual(
      ['decoder-worker', 'diffusion-worker', 'encoder-worker', 'gateway', 'object-store', 'redis'].sort(),
    );
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect([await get(`${url}/v1/models`, key), await get(`${url}/v1/models`)]).toEqual([200, 401]);
    expect((await stat(join(data, 'secrets.json'))).mode & 0o777).toBe(0o600);

    const second = await launch().ended;
    expect(second).toMatchObject({ code: 1, output: '' });
    expect(second.words).toMatch(/^medley: Medley runs on .* already \(http:.*, process \d+\); stop it, or .*\n$/);

    const { code, output } = await first.stop('SIGINT');
    expect({ code, output }).toEqual({ code: 0, output: `${JSON.stringify({ url, key })}\n` });
    await gone(Object.values(processes));
    await expect(fetch(url)).rejects.toThrow();
    expect(await readdir(data)).not.toContain('running.json');
  });

  it('keeps its key and goes on with what it has accepted, over a restart and the death of a process', async () => {
    const first = launch();
    const before = await first.ready();
    const accepted = await generate(before.url, before.key);
    await first.stop('SIGTERM');
    const second = launch();
    const { key, url, processes } = await second.ready();
    expect(key).toBe(before.key);
    await succeeded(`${url}/v1/generations/${accepted}`, key);

    const restarted = once(second.child.stderr!, 'data');
    process.kill(processes['gateway']!, 'SIGKILL');
    expect(String((await restarted)[0])).toBe('gateway was ended by SIGKILL; it is started again\n');
    await succeeded(`${url}/v1/generations/${accepted}`, key);
  });

  it('ends with npm, where a supervisor ends that', async () => {
    const started = launch([], anyPort, BY_NPM);
    const { processes } = await started.ready();
    const below = (await descendants(started.child.pid!)).map(({ id }) => id);
    expect(below).toEqual(expect.arrayContaining(Object.values(processes)));
    await started.stop('SIGTERM');
    await gone(below);
    expect(await readdir(data)).not.toContain('running.json');
  });

  it('takes every process along when it is killed itself', async () => {
    const killed = launch();
    const { processes } = await killed.ready();
    const below = (await descendants(killed.child.pid!)).map(({ id }) => id);
    expect(below).toEqual(expect.arrayContaining(Object.values(processes)));
    await killed.stop('SIGKILL');
    await gone(below);
    await launch().ready();
  });

  it.each(['object-store', 'gateway'])('takes every process along when it is killed as %s starts', async (name) => {
    const killed = launch();
    let below: ProcessRow[] = [];
    while (!below.some(({ command }) => command.includes(name))) below = await descendants(killed.child.pid!);
    await killed.stop('SIGKILL');
    await gone(below.map(({ id }) => id));
    await launch().ready();
  });

  it('says in one line that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, words } = await launch([], ['--port', String(port)]).ended;
    server.close();
    expect({ code, words }).toEqual({
      code: 1,
      words: `medley: port ${port} is taken; choose another one: npm start -- --port ${port + 1}\n`,
    });
  });

  it.each([
    [['MEDLEY_MODELS=nothing'], /^medley: the bundle nothing is missing: there is no .*\n$/],
    [['REDIS_URL=redis://127.0.0.1:9'], /^medley: REDIS_URL is redis:\/\/127\.0\.0\.1:9, where nothing answers .*\n$/],
    [['S3_ENDPOINT=http://127.0.0.1:9'], /^medley: S3_ENDPOINT is set to .*, but S3_BUCKET is not set\n$/],
  ])('says in one line what is wrong with %j, and ends what it has started', async (variables, line) => {
    const { code, words } = await launch(variables).ended;
    expect(code).toBe(1);
    expect(words).toMatch(line);
  });

  it('says in one line that its secrets are damaged', async () => {
    await writeFile(join(data, 'secrets.json'), '{');
    const { code, words } = await launch().ended;
    await rm(join(data, 'secrets.json'));
    expect(code).toBe(1);
    expect(words).toMatch(/^medley: .*secrets\.json is damaged; restore it, or delete it to have .*\n$/);
  });
});
