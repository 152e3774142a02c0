import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
