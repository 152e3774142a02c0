import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { S3AssetStore } from './s3-asset-store.ts';
import type { StorageCall } from './watch-calls.ts';

interface Seen {
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

let seen: Seen[];
let calls: StorageCall[];
/** What is answered to the next requests; 200 after them. */
let answers: number[];
let store: S3AssetStore;
const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await buffer(request)).toString();
  seen.push({ url: request.url!, headers: request.headers, body });
  response.writeHead(answers.shift() ?? 200, { etag: '"abc"' }).end();
}

/** The SDK names itself in what it sends. */
const bySdk = () => seen.map(({ headers }) => headers['user-agent'] !== undefined);

beforeEach(async () => {
  [seen, calls, answers] = [[], [], []];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  store = new S3AssetStore({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    bucket: 'medley',
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    observe: (call) => calls.push(call),
  });
});
afterEach(async () => {
  store.close();
  server.close();
  await once(server, 'close');
});

describe('puts of bytes', () => {
  it('are sent once and signed, without the stack of the SDK', async () => {
    const options = { contentType: 'text/plain', metadata: { Sha256: 'x' }, ifNoneMatch: '*' as const };
    expect(await store.put("a/ü (1)'s.txt", Buffer.from('hello'), options)).toEqual({
      outcome: 'created',
      etag: '"abc"',
    });
    expect(seen).toMatchObject([
      {
        url: '/medley/a/%C3%BC%20%281%29%27s.txt',
        body: 'hello',
        headers: {
          'content-type': 'text/plain',
          'content-length': '5',
          'if-none-match': '*',
          'x-amz-meta-sha256': 'x',
        },
      },
    ]);
    expect(seen[0]!.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=.*if-none-match.*x-amz-meta-sha256/,
    );
    expect(bySdk()).toEqual([false]);
    expect(calls).toMatchObject([{ operation: 'PutObject', outcome: 'ok' }]);
  });

  it('are the SDK’s to try again where they fail, and one call', async () => {
    answers = [503, 503];
    expect(await store.put('a', Buffer.from('hello'), { contentType: 'text/plain' })).toMatchObject({
      outcome: 'created',
    });
    expect(seen.map(({ body }) => body)).toEqual(['hello', 'hello', 'hello']);
    expect(bySdk()).toEqual([false, true, true]);
    expect(calls).toMatchObject([{ operation: 'PutObject', outcome: 'ok' }]);
  });

  it('tell of a condition that does not hold, without asking twice', async () => {
    answers = [412];
    const put = store.put('a', Buffer.from('hello'), { contentType: 'text/plain', ifNoneMatch: '*' });
    expect(await put).toEqual({ outcome: 'exists' });
    expect(seen).toHaveLength(1);
    expect(calls).toMatchObject([{ operation: 'PutObject', outcome: 'exists' }]);
  });

  it('end with the signal of their caller', async () => {
    const stop = new AbortController();
    server.once('request', () => stop.abort(new Error('enough')));
    answers = [503, 503, 503, 503, 503];
    const put = store.put('a', Buffer.from('hello'), { contentType: 'text/plain', signal: stop.signal });
    await expect(put).rejects.toThrow('enough');
    expect(seen.length).toBeLessThan(2);
  });

  it('are left to the SDK by a store that refuses them', async () => {
    for (let count = 0; count < 5; count += 1) {
      answers = [403];
      await store.put('a', Buffer.from('hello'), { contentType: 'text/plain' });
    }
    expect(bySdk()).toEqual(Array.from({ length: 5 }, () => [false, true]).flat());
    await store.put('a', Buffer.from('hello'), { contentType: 'text/plain' });
    expect(bySdk().slice(10)).toEqual([true]);
  });

  it('are left to the SDK when they are large', async () => {
    await store.put('a', Buffer.alloc(1024 * 1024), { contentType: 'text/plain' });
    await store.put('a', Buffer.alloc(1024 * 1024 + 1), { contentType: 'text/plain' });
    expect(bySdk()).toEqual([false, true]);
  });

  it('leave streams to the SDK', async () => {
    const body = Readable.from([Buffer.from('hel'), Buffer.from('lo')]);
    expect(await store.put('a', body, { contentType: 'text/plain', bytes: 5 })).toMatchObject({ outcome: 'created' });
    expect(seen).toMatchObject([{ body: 'hello' }]);
    expect(bySdk()).toEqual([true]);
  });
});
