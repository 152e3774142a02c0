import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectKeys } from '@medley/domain';
import { Backends, TestGateway } from '../gateway.fixture.ts';

const BYTES = Buffer.from('0123456789');

let backends: Backends;
let gateway: TestGateway;
let path: string;
let signed: string;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
  const id = await gateway.accept();
  const key = objectKeys.output(id, 1, 1, 'token', 'image.png');
  await backends.store.put(key, BYTES, { contentType: 'image/png' });
  const sha256 = createHash('sha256').update(BYTES).digest('hex');
  const content = { bytes: BYTES.byteLength, content_type: 'image/png', sha256 };
  const output = { type: 'image', role: 'primary', sample: 0, key, ...content } as const;
  await backends.commit(id, { status: 'succeeded', outputs: [output] });
  const { body } = await gateway.json<{ outputs: { url: string }[] }>(`/v1/generations/${id}`);
  signed = body.outputs[0]!.url;
  path = new URL(signed).pathname;
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

describe('GET /v1/generations/{id}/outputs/{index}', () => {
  it('gives the file to the key and by its signed link, as a download that nobody sniffs', async () => {
    for (const response of [await gateway.call(path), await fetch(signed)]) {
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(BYTES);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/png',
        'content-length': '10',
        'accept-ranges': 'bytes',
        'content-disposition': 'attachment; filename="image.png"',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=5-100', 206, '56789', 'bytes 5-9/10'],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ])('Range %s', async (range, status, content, contentRange) => {
    const response = await gateway.call(path, { headers: { range } });
    expect([response.status, await response.text()]).toEqual([status, content]);
    expect(response.headers.get('content-range')).toBe(contentRange);
  });

  it('a range behind the end is 416 with the length', async () => {
    const response = await gateway.call(path, { headers: { range: 'bytes=10-' } });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  });

  it('knows its version', async () => {
    const etag = (await gateway.call(path)).headers.get('etag')!;
    const known = await gateway.call(path, { headers: { 'if-none-match': etag } });
    expect([known.status, await known.text()]).toEqual([304, '']);
    const changed = await gateway.call(path, { headers: { range: 'bytes=1-2', 'if-range': '"old"' } });
    expect(changed.status).toBe(200);
  });

  it('a HEAD has the length and no bytes', async () => {
    const response = await gateway.call(path, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '10']);
  });

  it('sends clients to a storage that has a public name, and the page not', async () => {
    const endpoint = backends.s3Endpoint.replace('127.0.0.1', 'localhost');
    const direct = await TestGateway.start(backends, {
      MEDLEY_BOOTSTRAP_KEY: gateway.key,
      S3_PUBLIC_ENDPOINT: endpoint,
    });
    const sent = await direct.call(path, { redirect: 'manual' });
    expect([sent.status, sent.headers.get('cache-control')]).toEqual([302, 'no-store']);
    expect(new URL(sent.headers.get('location')!).origin).toBe(new URL(endpoint).origin);
    const followed = await direct.call(path, { headers: { range: 'bytes=2-4' } });
    expect([followed.status, await followed.text()]).toEqual([206, '234']);
    expect(followed.headers.get('content-disposition')).toBe('attachment; filename="image.png"');
    const page = await direct.call(path, { redirect: 'manual', headers: { 'sec-fetch-site': 'same-origin' } });
    expect([page.status, await page.text()]).toEqual([200, String(BYTES)]);
    await direct.close();
  });

  it.each([
    ['a changed signature', (url: URL) => url.searchParams.set('signature', 'x'), 401],
    ['a longer life', (url: URL) => url.searchParams.set('expires', '99999999999'), 401],
    ['another output', (url: URL) => void (url.pathname = url.pathname.replace(/0$/, '1')), 401],
    ['nothing', (url: URL) => void (url.search = ''), 401],
  ])('refuses a link with %s', async (_name, change, status) => {
    const url = new URL(signed);
    change(url);
    expect((await fetch(url)).status).toBe(status);
  });

  it.each(['1', '-1', 'x', '99999'])('has no output %s', async (index) => {
    expect((await gateway.call(path.replace(/0$/, index))).status).toBe(404);
  });
});
