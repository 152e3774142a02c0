import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Launched, lives } from './launch.fixture.ts';

jest.setTimeout(300_000);

const model = readdirSync(resolve(__dirname, '../../../../bundles')).sort().at(-1);
/** What runs a command with a disk of its own, `size` large, mounted at a folder that only that command sees. */
const withDisk = (size: string, folder: string) => {
  const script = `mount -t tmpfs -o size=${size} tmpfs "$0" && exec "$@"`;
  return ['unshare', '--user', '--map-root-user', '--mount', '/bin/sh', '-c', script, folder];
};
const [unshare = '', ...mounting] = withDisk('1m', tmpdir());
const mayMount = spawnSync(unshare, [...mounting, 'true']).status === 0;

let data: string;
let launched: Launched | undefined;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'medley-disk-'));
});
afterAll(async () => {
  await launched?.stop('SIGTERM');
  await rm(data, { recursive: true });
});

interface Answer {
  status: number;
  body: { id?: string; status?: unknown; code?: string };
}

/** A client of the service that has started. */
class Client {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor({ url, key }: { url: string; key: string }) {
    this.#url = `${url}/v1`;
    this.#headers = { authorization: `Bearer ${key}` };
  }

  async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { ...this.#headers, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${this.#url}/${path}`, { ...init, headers });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  generate(): Promise<Answer> {
    const body = JSON.stringify({ conditions: [{ type: 'text', text: 'a dog' }], outputs: [{ type: 'image' }] });
    return this.ask('generations', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }

  upload(): Promise<Answer> {
    const form = new FormData();
    form.set('file', new Blob([Buffer.from(ONE_PIXEL, 'base64')], { type: 'image/gif' }), 'pixel.gif');
    return this.ask('assets', { method: 'POST', body: form });
  }

  async succeeded(id: string): Promise<void> {
    for (let status: unknown = ''; status !== 'succeeded'; await delay(50)) {
      ({ status } = (await this.ask(`generations/${id}`)).body);
      if (status === 'failed' || status === 'canceled') throw new Error(`the generation is ${String(status)}`);
    }
  }
}

const ONE_PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** Writes until no byte more fits. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  for (const size of [1024 * 1024, 4096]) {
    try {
      for (const block = Buffer.alloc(size); ;) writeSync(descriptor, block);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
  closeSync(descriptor);
}

if (mayMount) {
  describe('a full disk', () => {
    it('is told in one line at the start', async () => {
      const { code, words, output } = await new Launched(data, withDisk('30m', data)).ended;
      expect({ code, words, output }).toEqual({
        code: 1,
        words: `medley: the disk of ${data} is full: 30 MB are free, 256 MB are needed\n`,
        output: '',
      });
    });

    it('refuses what is new, loses nothing that was accepted, and stops nothing', async () => {
      const variables = [`MEDLEY_MODELS=${model}`, ...withDisk('300m', data)];
      launched = new Launched(data, variables, ['--port', '0']);
      const disk = `/proc/${launched.child.pid}/root${data}`;
      const { processes, ...service } = await launched.ready(disk);
      const client = new Client(service);
      const accepted = await Promise.all([client.generate(), client.generate()]);
      expect(accepted.map(({ status }) => status)).toEqual([202, 202]);

      fill(join(disk, 'filler'));
      expect(await client.upload()).toMatchObject({ status: 507, body: { code: 'storage_full' } });
      // Redis says so itself a second after the store does.
      for (const codes = new Set<unknown>(); !codes.has('queue_unavailable'); await delay(50)) {
        const { status, body } = await client.generate();
        expect(['507 storage_full', '503 queue_unavailable']).toContain(`${status} ${body.code}`);
        codes.add(body.code);
      }

      rmSync(join(disk, 'filler'));
      for (const { body } of accepted) await client.succeeded(body.id!);
      let after = await client.generate();
      for (; after.status !== 202; after = await client.generate()) await delay(50);
      await client.succeeded(after.body.id!);
      expect((await client.upload()).status).toBe(201);
      expect(Object.values(processes).every(lives)).toBe(true);
      expect((await launched.stop('SIGTERM')).code).toBe(0);
    });
  });
} else {
  it('has to be tried by hand where no file system can be mounted: npm start -- --data FOLDER on a small disk', () => {
    expect(mayMount).toBe(false);
  });
}
