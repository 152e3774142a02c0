import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { toolProgram } from '../env.ts';
import { ObjectStorage } from '../object-storage.ts';
import { RedisServer } from '../redis-server.ts';
import { ROOT, contextFiles, layOutContext } from './build-context.ts';
import { Container } from './container.ts';
import { ImageFile } from './dockerfile.ts';

jest.setTimeout(180_000);

const APPS = ['gateway', 'encoder-worker', 'diffusion-worker', 'decoder-worker'];
const images = new ImageFile();

describe('docker/Dockerfile', () => {
  const hadolint = toolProgram('hadolint');
  (hadolint === undefined ? it.skip : it)('has nothing that its linter would change', () => {
    const { status, stdout } = spawnSync(hadolint!, [join(ROOT, 'docker/Dockerfile')], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('names every image of others by digest', () => {
    expect(images.baseImages.length).toBeGreaterThan(1);
    for (const image of images.baseImages) expect(image).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it('runs the Node that the project runs on', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: { node: string };
    };
    expect(images.baseImages).toContainEqual(expect.stringContaining(`node:${dependencies.node}-`));
  });

  it('copies only what the build context and its own stages hold', () => {
    const files = contextFiles();
    const exists = (source: string) => {
      const pattern = new RegExp(`^${source.replaceAll('.', '\\.').replaceAll('*', '[^/]+').replace(/\/$/, '')}(/|$)`);
      return source === '.' || files.some((file) => pattern.test(file));
    };
    const missing = images.copies.flatMap(({ from, sources }) =>
      from === undefined ? sources.filter((source) => !exists(source)) : images.stageNames.includes(from) ? [] : [from],
    );
    expect(images.copies.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });

  it.each([...APPS, 'diffusion-worker-cuda'])(
    '%s runs as nobody in particular, under an init, and tells its health',
    (name) => {
      const { user, entrypoint, healthCheck, environment } = images.stage(name);
      expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(entrypoint).toEqual(['tini', '--']);
      expect(healthCheck).toContain('"/app/health-check.mjs"');
      expect(environment).toMatchObject({ HOST: '0.0.0.0', NODE_ENV: 'production' });
    },
  );
});

describe('the files of an image', () => {
  let folder: string;
  let redis: RedisServer;
  let storage: ObjectStorage;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'medley-images-'));
    [redis, storage] = await Promise.all([RedisServer.start(), ObjectStorage.start()]);
    const context = join(folder, 'source');
    layOutContext(context);
    execFileSync(process.execPath, [join(context, 'scripts/build.mjs')], { cwd: context, stdio: 'pipe' });
    for (const app of APPS) {
      const script = join(context, 'scripts/assemble-image.mjs');
      execFileSync(process.execPath, [script, app, join(folder, app)], { cwd: context });
    }
  });
  afterAll(async () => {
    await Promise.all([redis.close(), storage.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(APPS)('%s holds no package that is for building or testing', (app) => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean }>;
    };
    const packages = globSync('node_modules/**/package.json', { cwd: join(folder, app) })
      .map((file) => relative('.', join(file, '..')))
      .filter((path) => path in lock.packages);
    expect(packages.length).toBeGreaterThan(50);
    expect(packages.filter((path) => lock.packages[path]!.dev === true)).toEqual([]);
  });

  it.each(APPS)('%s becomes ready on them alone, and ends in order on SIGTERM', async (app) => {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = storage.options;
    const container = await Container.start(images.stage(app), join(folder, app), {
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      GRPC_PORT: '0',
      REDIS_URL: redis.url,
      S3_ENDPOINT: endpoint,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      MEDLEY_MODELS: 'tiny-codi',
      MEDLEY_SECRET: 'a secret of a deployment',
    });
    try {
      // The object store is a part of this process, which must not wait in between.
      const check = (route: string) =>
        promisify(execFile)(process.execPath, [join(folder, app, 'health-check.mjs'), route], {
          env: { METRICS_PORT: new URL(container.health).port },
        });
      await check('readyz');
      await expect(check('nowhere')).rejects.toMatchObject({ code: 1 });
      expect(await container.stop()).toBe(0);
    } finally {
      container.kill();
    }
  });
});

describe('the image of the bundles', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'medley-bundles-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const install = (source: string, digest: string) =>
    spawnSync(process.execPath, [join(ROOT, 'docker/install-bundle.mjs'), 'tiny', digest, join(folder, 'installed')], {
      env: { MEDLEY_BUNDLES: source },
      encoding: 'utf8',
    });

  it('installs what is as its manifest says, and nothing else', () => {
    const source = join(folder, 'source');
    mkdirSync(join(source, 'tiny'), { recursive: true });
    const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
    const manifest = JSON.stringify({ files: [{ path: 'graph.onnx', sha256: digestOf('a graph') }] });
    writeFileSync(join(source, 'tiny/bundle.json'), manifest);
    writeFileSync(join(source, 'tiny/graph.onnx'), 'a damaged graph');

    expect(install(source, digestOf(manifest))).toMatchObject({
      status: 1,
      stderr: 'install-bundle: graph.onnx of tiny differs from its sha256 in bundle.json\n',
    });
    writeFileSync(join(source, 'tiny/graph.onnx'), 'a graph');
    expect(install(source, digestOf('another')).stderr).toMatch(/^install-bundle: bundle.json of tiny has the sha256 /);
    expect(existsSync(join(folder, 'installed/tiny'))).toBe(false);
    expect(install(source, digestOf(manifest)).status).toBe(0);
    expect(readFileSync(join(folder, 'installed/tiny/graph.onnx'), 'utf8')).toBe('a graph');
  });
});

describe('docker/make-certificates.sh', () => {
  it('makes certificates by which workers know each other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'medley-certificates-'));
    execFileSync('sh', [join(ROOT, 'docker/make-certificates.sh'), folder]);
    const [ca, cert, key] = ['ca.crt', 'worker.crt', 'worker.key'].map((name) => readFileSync(join(folder, name)));
    rmSync(folder, { recursive: true });
    const greet = (socket: TLSSocket) => void socket.end('a worker');
    const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, greet);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const call = (own: object) => text(connect({ port, ca, servername: 'latents.medley.internal', ...own }));
    expect(await call({ cert, key })).toBe('a worker');
    await expect(call({})).rejects.toThrow(/certificate required|ECONNRESET/);
    server.close();
  });
});
