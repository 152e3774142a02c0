import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
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

  it('say storage_unavailable when nobody answers', async () => {
    const nobody = new S3AssetStore({ endpoint: 'http://127.0.0.1:9', bucket: 'medley', ...credentials });
    await expect(nobody.get('x')).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
    nobody.close();
  });
});
