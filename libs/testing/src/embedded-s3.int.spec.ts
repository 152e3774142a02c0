import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { S3AssetStore, checkConditionalPuts } from '@medley/assets';
import { S3Server } from '@medley/embedded';
import { s3Contract, type S3Target } from './s3-contract.ts';
import { externalS3 } from './env.ts';

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret', region: 'us-east-1' };
let folder: string;
let server: S3Server;

async function open(): Promise<S3Target> {
  folder = await mkdtemp(join(tmpdir(), 'medley-s3-'));
  server = await S3Server.start({ folder, bucket: 'medley', credentials });
  return { endpoint: server.endpoint, bucket: 'medley', ...credentials };
}
async function close(): Promise<void> {
  await server.close();
  await rm(folder, { recursive: true });
}

s3Contract('embedded store', open, close, { signatures: true, digests: true, ifMatch: true });

const external = externalS3();
if (external !== undefined)
  s3Contract(
    external.endpoint,
    async () => external,
    async () => undefined,
    { signatures: external.signatures, digests: external.digests, ifMatch: true },
  );

describe('embedded store', () => {
  let target: S3Target;
  let client: S3Client;
  const connect = () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = target;
    return new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
  };
  beforeAll(async () => {
    target = await open();
    client = connect();
  });
  afterAll(async () => {
    client.destroy();
    await close();
  });
  const at = (key: string) => ({ Bucket: target.bucket, Key: key });
  const status = (code: number) => ({ $metadata: expect.objectContaining({ httpStatusCode: code }) as unknown });

  it('takes links that were signed on different days in turn', async () => {
    await client.send(new PutObjectCommand({ ...at('days'), Body: 'x' }));
    const sign = (signingDate: Date) =>
      getSignedUrl(client, new GetObjectCommand(at('days')), { expiresIn: 200_000, signingDate });
    const [today, yesterday] = await Promise.all([sign(new Date()), sign(new Date(Date.now() - 86_400_000))]);
    for (const link of [today, yesterday, today]) expect((await fetch(link)).status).toBe(200);
    expect((await fetch(yesterday.replace(/Signature=.{8}/, 'Signature=00000000'))).status).toBe(403);
  });

  it.each([
    { ContentMD5: Buffer.alloc(16).toString('base64') },
    { ChecksumCRC32: Buffer.alloc(4).toString('base64') },
    { ChecksumSHA256: Buffer.alloc(32).toString('base64') },
  ])('keeps nothing of a body that differs from %j', async (digest) => {
    const command = new PutObjectCommand({ ...at('differs'), Body: 'content', ...digest });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'BadDigest', ...status(400) });
    await expect(client.send(new HeadObjectCommand(at('differs')))).rejects.toMatchObject(status(404));
  });

  it('keeps nothing of a body that is not the signed one, or that breaks off', async () => {
    const swapping = connect();
    swapping.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: string }).body = 'swapped';
        return next(args);
      },
      { step: 'deserialize' },
    );
    const swapped = swapping.send(new PutObjectCommand({ ...at('broken'), Body: 'as sent' }));
    await expect(swapped).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch', ...status(400) });
    swapping.destroy();
    const link = await getSignedUrl(client, new PutObjectCommand(at('broken')), { expiresIn: 60 });
    const cut = request(link, { method: 'PUT', headers: { 'content-length': '10' } });
    cut.on('error', () => undefined);
    await new Promise<void>((resolve) => cut.write('half', () => resolve()));
    const closed = new Promise((resolve) => cut.once('close', resolve));
    cut.destroy();
    await closed;
    expect(await client.send(new HeadObjectCommand(at('broken'))).catch((error: Error) => error.name)).toBe('NotFound');
  });
});

describe('embedded store and S3AssetStore', () => {
  let store: S3AssetStore;
  beforeAll(async () => {
    store = new S3AssetStore(await open());
  });
  afterAll(async () => {
    store.close();
    await close();
  });

  it('pass the start-up check', async () => {
    await expect(checkConditionalPuts(store)).resolves.toBeUndefined();
  });

  it('keep calls apart that run side by side', async () => {
    const { signal } = new AbortController();
    const content = (key: string) => `content of ${key}`;
    const keys = Array.from({ length: 60 }, (_, index) => `beside/${index}`);
    const options = { contentType: 'text/plain', ifNoneMatch: '*' } as const;
    const puts = await Promise.all(
      [...keys, ...keys].map((key) => store.put(key, Buffer.from(content(key)), { ...options, signal })),
    );
    expect(puts.filter(({ outcome }) => outcome === 'created')).toHaveLength(keys.length);
    const found = await Promise.all(keys.map((key) => store.get(key, { signal })));
    expect(found.map((one) => Buffer.from(one!.body).toString())).toEqual(keys.map(content));
  });

  it('keep what was acknowledged over a restart, and no file that nothing names', async () => {
    await store.put('kept', Buffer.alloc(400_000, 1), { contentType: 'a/b' });
    await store.put('kept', Buffer.alloc(300_000, 2), { contentType: 'a/b' });
    expect(await readdir(join(folder, 'objects'))).toHaveLength(1);
    await server.close();
    server = await S3Server.start({ folder, bucket: 'medley', credentials });
    const again = new S3AssetStore({ endpoint: server.endpoint, bucket: 'medley', ...credentials });
    expect((await again.get('kept'))!.body.byteLength).toBe(300_000);
    expect(await again.get('nothing')).toBeUndefined();
    await again.delete(['kept']);
    expect(await readdir(join(folder, 'objects'))).toHaveLength(0);
    again.close();
  });

  it('end the call of an aborted signal with its reason, and its request, and no other', async () => {
    const held: { request: IncomingMessage; response: ServerResponse }[] = [];
    const arrived = new EventEmitter();
    const silent = createServer((request, response) => {
      held.push({ request, response });
      arrived.emit('request');
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const patient = new S3AssetStore({ endpoint: `http://127.0.0.1:${port}`, bucket: 'medley', ...credentials });
    const abort = new AbortController();
    const first = once(arrived, 'request');
    const aborted = patient.head('aborted', abort.signal);
    await first;
    const second = once(arrived, 'request');
    const other = patient.head('other', new AbortController().signal);
    await second;
    const cut = once(held[0]!.response, 'close');
    abort.abort(new Error('not needed any more'));
    await expect(aborted).rejects.toThrow('not needed any more');
    await cut;
    held[1]!.response.writeHead(200, { etag: '"x"', 'content-length': 1 }).end();
    expect(await other).toMatchObject({ etag: '"x"', bytes: 1 });
    await expect(patient.head('late', abort.signal)).rejects.toThrow('not needed any more');
    expect(held).toHaveLength(2);
    patient.close();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('say storage_unavailable when nobody answers', async () => {
    const nobody = new S3AssetStore({ endpoint: 'http://127.0.0.1:9', bucket: 'medley', ...credentials });
    await expect(nobody.get('x')).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
    nobody.close();
  });
});
