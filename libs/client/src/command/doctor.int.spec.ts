import { appendFile, cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listen, run, serve } from './command.fixture.ts';
import type { CommandEnvironment } from './env.ts';

const BUNDLE = 'tiny-codi';
const source = resolve(__dirname, '../../../../bundles', BUNDLE);
let folder: string;
let bundles: string;
let servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-doctor-'));
  bundles = join(folder, 'bundles');
  await cp(source, join(bundles, BUNDLE), { recursive: true });
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await rm(folder, { recursive: true });
});

/** A process that answers this to /readyz. */
async function startProcess(checks: object, ready = true): Promise<string> {
  const { url, server } = await serve(({ headers }, response) => {
    const answer = headers.authorization === undefined ? { phase: 'ready', ready, checks } : {};
    response.writeHead(ready ? 200 : 503, { connection: 'close' }).end(JSON.stringify(answer));
  });
  servers.push(server);
  return url;
}

/** Something that listens, as Redis and S3 do. */
async function startStore(place: { path: string } | { host: string; port: number }): Promise<number | undefined> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  return listen(server, place);
}

/** Its exit code, and what it found by name. */
async function doctor(known: Partial<CommandEnvironment>, ...options: string[]) {
  const { code, output } = await run(['doctor', ...options], { bundles, ...known });
  const found = [...output.matchAll(/^(\S+) +([^:]+): (.*)$/gm)].map((line) => line.slice(1));
  return { code, ...Object.fromEntries(found.map(([mark, name, detail]) => [name, [mark, detail]])) } as {
    code: number;
    [name: string]: unknown;
  };
}

describe('medley doctor', () => {
  it('needs no key to look at a service, and says that nobody here can tell of its sandbox', async () => {
    const url = await startProcess({ redis: { ok: true }, s3: { ok: true } });
    expect(await doctor({}, '--url', url)).toEqual({
      code: 0,
      service: ['ok', `${url} is ready`],
      'service redis': ['ok', 'holds'],
      'service s3': ['ok', 'holds'],
      bundles: ['ok', expect.stringMatching(/^tiny-codi 1\.0\.0 \([0-9a-f]{8}\)$/)],
      sandbox: ['--', 'not checked: the workers tell it, and no worker of npm start answers here'],
    });
  });

  it('looks at every process of npm start, and fails with one that does', async () => {
    const url = await startProcess({ s3: { ok: false } }, false);
    const worker = await startProcess({ sandbox: { ok: true, detail: 'bubblewrap' } });
    const broken = await startProcess({ redis: { ok: false, detail: 'no answer' } }, false);
    const health = { 'encoder-worker': worker, 'decoder-worker': broken };
    const found = await doctor({ running: { url, key: 'mdl_bootstrap', health } });
    expect(found).toMatchObject({
      code: 1,
      service: ['FAIL', `${url} is not ready`],
      'encoder-worker': ['ok', 'sandbox bubblewrap'],
      'decoder-worker': ['FAIL', 'redis FAILS: no answer'],
    });
    expect(found).not.toHaveProperty('sandbox');
  });

  it('does not look at the processes of another service than the one that is asked for', async () => {
    const [url, other] = [await startProcess({}), await startProcess({ sandbox: { ok: true } })];
    const running = { url: other, key: 'mdl_bootstrap', health: { 'encoder-worker': other } };
    const found = await doctor({ running }, '--url', url);
    expect(found).toMatchObject({ code: 0, sandbox: ['--', expect.anything()] });
    expect(found).not.toHaveProperty('encoder-worker');
  });

  it('says with nothing running what it could not look at', async () => {
    expect(await doctor({})).toMatchObject({
      code: 1,
      service: ['FAIL', 'no service is known here: run npm start, or set MEDLEY_URL, or pass --url'],
      redis: ['--', 'not checked: no service answers, and REDIS_URL is not set'],
      s3: ['--', 'not checked: no service answers, and S3_ENDPOINT is not set'],
      bundles: ['ok', expect.anything()],
      sandbox: ['--', expect.anything()],
    });
  });

  it('says that another program answers', async () => {
    const { url, server } = await serve((_, response) => response.writeHead(404, { connection: 'close' }).end('no'));
    servers.push(server);
    expect(await doctor({ url })).toMatchObject({
      code: 1,
      service: ['FAIL', `${url} answers 404 to /readyz, not as a service of Medley does`],
    });
  });

  it('prints one line of JSON with --json, null where nothing was checked', async () => {
    const { code, output } = await run(['doctor', '--json'], { bundles, url: await startProcess({}) });
    expect(code).toBe(0);
    const findings = JSON.parse(output) as { name: string; ok: boolean | null }[];
    expect(findings.map(({ name, ok }) => [name, ok])).toEqual([
      ['service', true],
      ['bundles', true],
      ['sandbox', null],
    ]);
  });

  it('ends as interrupted', async () => {
    const { code, output } = await run(['doctor'], { bundles }, AbortSignal.abort(new Error('interrupted')));
    expect({ code, output }).toEqual({ code: 130, output: '' });
  });

  it('refuses what is no address as wrong use', async () => {
    const words = 'medley: --url is "medley"; an address such as http://127.0.0.1:8080 is expected\n';
    expect(await run(['doctor', '--url', 'medley'], {})).toEqual({ code: 2, output: '', words });
  });
});

describe('Redis and S3 where no service answers', () => {
  it('are connected to, by socket too, and that is said to be all', async () => {
    const path = join(folder, 'redis.sock');
    await startStore({ path });
    const port = await startStore({ host: '127.0.0.1', port: 0 });
    expect(await doctor({ redisUrl: `unix://${path}`, s3Endpoint: `http://127.0.0.1:${port}` })).toMatchObject({
      redis: ['ok', `${path} listens; no command was sent there`],
      s3: ['ok', `127.0.0.1:${port} listens; its conditional puts were not checked`],
    });
    expect(await doctor({ redisUrl: `redis://:secret@127.0.0.1:${port}/1` })).toMatchObject({
      redis: ['ok', `127.0.0.1:${port} listens; no command was sent there`],
    });
  });

  it('are missed in words, without a password', async () => {
    const s3Endpoint = 'http://[::ffff:127.0.0.1]:9';
    expect(await doctor({ redisUrl: `unix://${folder}/gone.sock`, s3Endpoint })).toMatchObject({
      redis: ['FAIL', `REDIS_URL is unix://${folder}/gone.sock, where nothing answers (ENOENT)`],
      s3: ['FAIL', `S3_ENDPOINT is ${s3Endpoint}, where nothing answers (ECONNREFUSED)`],
    });
    expect(await doctor({ redisUrl: 'redis://user:secret@127.0.0.1:9', s3Endpoint: 'storage' })).toMatchObject({
      redis: ['FAIL', 'REDIS_URL is redis://…@127.0.0.1:9, where nothing answers (ECONNREFUSED)'],
      s3: ['FAIL', 'S3_ENDPOINT is storage; a URL is expected'],
    });
  });
});

describe('bundles', () => {
  it('are the folders that npm start would serve', async () => {
    await writeFile(join(bundles, '.DS_Store'), '');
    await mkdir(join(bundles, '.cache'));
    expect(await doctor({})).toMatchObject({ bundles: ['ok', expect.stringMatching(/^tiny-codi [^,;]*$/)] });
  });

  it('are those of MEDLEY_MODELS, and the others are said to be unchecked', async () => {
    await mkdir(join(bundles, 'half'));
    await writeFile(join(bundles, 'half', 'bundle.json'), '{');
    expect(await doctor({ models: [BUNDLE] })).toMatchObject({
      bundles: ['ok', expect.stringMatching(/^tiny-codi .*; not checked: half, not among MEDLEY_MODELS$/)],
    });
    expect(await doctor({ models: ['other'] })).toMatchObject({
      bundles: ['FAIL', `the bundle other is missing: there is no ${join(bundles, 'other', 'bundle.json')}`],
    });
  });

  it('that are missing or damaged are told by the file', async () => {
    const file = join(bundles, BUNDLE, 'image.denoiser.onnx');
    const told = async () => (await doctor({})).bundles;
    const bytes = await readFile(file);
    await writeFile(
      file,
      Uint8Array.from(bytes, (byte, at) => (at === 5 ? byte ^ 1 : byte)),
    );
    expect(await told()).toEqual(['FAIL', `${file} differs from the sha256 in bundle.json`]);
    await appendFile(file, 'x');
    expect(await told()).toEqual(['FAIL', `${file} has ${bytes.length + 1} bytes instead of ${bytes.length}`]);
    await rm(file);
    expect(await told()).toEqual(['FAIL', `${file} is missing`]);
    await truncate(join(bundles, BUNDLE, 'bundle.json'), 10);
    expect(await told()).toEqual(['FAIL', expect.stringMatching(/bundle\.json can't be used: /)]);
    await rm(bundles, { recursive: true });
    expect(await told()).toEqual(['FAIL', expect.stringMatching(/^the folder of the bundles can't be read: ENOENT/)]);
    await mkdir(bundles);
    expect(await told()).toEqual(['FAIL', `there is no bundle in ${bundles}; MEDLEY_BUNDLES names another folder`]);
  });
});
