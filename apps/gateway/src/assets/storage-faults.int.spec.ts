import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { S3AssetStore } from '@medley/assets';
import { FaultProxy } from '@medley/testing';
import { Backends } from '../gateway.fixture.ts';
import { KeyStore } from '../keys/key-store.ts';
import { AssetLibrary } from './asset-library.ts';
import { AssetQuota } from './asset-quota.ts';
import { AssetUploads } from './asset-uploads.ts';
import { GeneratedAssets } from './generated-assets.ts';

const secret = 'a secret of the tests';
const links = { secret, base: 'http://localhost' };
const owner = 'key_1';
const never = new AbortController().signal;
const file = Buffer.alloc(4_000_000, 7);
file.write('GIF89a\x01\x00\x01\x00', 'latin1');
const sha256 = createHash('sha256').update(file).digest('hex');

let backends: Backends;
beforeAll(async () => {
  backends = await Backends.start();
});
afterAll(async () => {
  await backends.close();
});

/** What works with a store whose first answer breaks off. */
async function overFault(type: 'cut' | 'reset') {
  const proxy = await FaultProxy.start(new URL(backends.s3Endpoint).host, [{ type, afterBytes: 500_000 }]);
  const access = { bucket: 'medley', region: 'us-east-1', accessKeyId: 'key', secretAccessKey: 'secret' };
  const store = new S3AssetStore({ endpoint: `http://${proxy.address}`, ...access });
  const close = async () => {
    store.close();
    await proxy.close();
  };
  return { ...partsOn(store), store, [Symbol.asyncDispose]: close };
}

function partsOn(store: S3AssetStore) {
  const keys = new KeyStore(backends.store, backends.queue.records('key'));
  const deployment = { requests_per_minute: null, generations_in_flight: null, asset_bytes: null };
  const quota = new AssetQuota({ counter: backends.queue.limits.bytes, store: backends.store, keys, deployment });
  const library = new AssetLibrary(store, secret, { bytes: 5_000_000, pixels: 1_000_000 }, quota);
  const uploads = new AssetUploads(library, store, quota, backends.queue.records('upload'), false);
  return { uploads, generated: new GeneratedAssets(store, library) };
}

describe.each(['cut', 'reset'] as const)('a connection to storage that is %s', (type) => {
  it('fails a read as storage that does not answer', async () => {
    await backends.store.put('file', file, { contentType: 'image/gif' });
    await using faulty = await overFault(type);
    await expect(faulty.store.get('file')).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
  });

  it('leaves an upload, which is completed by the next try', async () => {
    const { uploads } = partsOn(backends.store);
    const body = { content_type: 'image/gif', bytes: file.byteLength, sha256 };
    const begun = await uploads.begin(owner + type, body, links);
    await uploads.receive(begun.id, Readable.from([file]), never);
    await using faulty = await overFault(type);
    const broken = faulty.uploads.complete(owner + type, begun.id, secret, never);
    await expect(broken).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
    expect(await uploads.complete(owner + type, begun.id, secret, never)).toMatchObject({ sha256 });
  });

  it('fails the copy of an output as storage that does not answer', async () => {
    await backends.store.put('output', file, { contentType: 'image/gif' });
    const output = {
      type: 'image',
      role: 'primary',
      sample: 0,
      key: 'output',
      content_type: 'image/gif',
      bytes: file.byteLength,
      sha256,
    } as const;
    await using faulty = await overFault(type);
    const copied = faulty.generated.adopt(owner, { output, generation: 'gen_1', index: 0, committedAt: '' }, '/x');
    await expect(copied).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
  });
});
