import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectKeys } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { UploadSweep } from './upload-sweep.ts';

let backends: Backends;
let gateway: TestGateway;
let direct: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  const limits = { MEDLEY_ASSET_BYTES: '2000' };
  gateway = await TestGateway.start(backends, limits);
  direct = await TestGateway.start(backends, {
    ...limits,
    MEDLEY_BOOTSTRAP_KEY: gateway.key,
    S3_PUBLIC_ENDPOINT: backends.s3Endpoint.replace('127.0.0.1', 'localhost'),
  });
});
afterAll(async () => {
  await direct.close();
  await gateway.close();
  await backends.close();
});

interface Answer {
  id: string;
  asset: { id: string };
  sha256: string;
  content_type: string;
  upload: { method: string; url: string; headers: Record<string, string> };
  code: string;
  detail: string;
  pointer: string;
}

function gif(bytes: number, fill: number): Buffer<ArrayBuffer> {
  const file = Buffer.alloc(bytes, fill);
  file.write('GIF89a\x01\x00\x01\x00', 'latin1');
  return file;
}
const announce = (file: Buffer, type = 'image/gif') => ({
  content_type: type,
  bytes: file.byteLength,
  sha256: createHash('sha256').update(file).digest('hex'),
});
const begin = (on: TestGateway, json: object) => on.json<Answer>('/v1/assets/uploads', { json });
const complete = (on: TestGateway, id: string) =>
  on.json<Answer>(`/v1/assets/uploads/${id}/complete`, { method: 'POST' });
const put = ({ upload }: Answer, body: Buffer<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(upload.url, { method: 'PUT', body, headers: { ...upload.headers, ...headers } });
const left = () => backends.keys(objectKeys.uploadPrefix);

describe.each([
  ['through the gateway', () => gateway, '127.0.0.1'],
  ['to storage with a public name', () => direct, 'localhost'],
])('an upload %s', (place, on, host) => {
  const fill = place.length;

  it('becomes an asset once it is complete, and leaves nothing behind', async () => {
    const file = gif(100, fill);
    const { status, body } = await begin(on(), announce(file));
    expect([status, new URL(body.upload.url).hostname]).toEqual([201, host]);
    expect((await complete(on(), body.id)).body.code).toBe('conflict');
    expect((await put(body, file)).ok).toBe(true);
    const done = await complete(on(), body.id);
    expect([done.status, done.body.sha256, done.body.content_type]).toEqual([200, announce(file).sha256, 'image/gif']);
    expect((await complete(on(), body.id)).body.id).toBe(done.body.id);
    expect(await left()).toEqual([]);
    const again = await begin(on(), announce(file));
    expect([again.status, again.body.asset.id]).toEqual([200, done.body.id]);
    const json = { ...PICTURE, conditions: [{ type: 'image', asset: done.body.id }] };
    expect((await on().call('/v1/generations', { json })).status).toBe(202);
  });

  it('takes the bytes that were announced and no others', async () => {
    const file = gif(120, fill);
    const { body } = await begin(on(), announce(file));
    expect((await put(body, gif(120, fill + 1))).status).toBe(400);
    const longer = await put(body, gif(121, fill), { 'content-length': '121' });
    expect([400, 403, 413]).toContain(longer.status);
    expect(await left()).toEqual([]);
    expect((await put({ ...body, upload: { ...body.upload, url: body.upload.url.slice(0, -1) } }, file)).ok).toBe(
      false,
    );
    expect((await put(body, file)).ok).toBe(true);
    expect((await complete(on(), body.id)).status).toBe(200);
  });

  it.each([
    ['words', Buffer.from(`these are words, sent ${place}`), 'media_undecodable'],
    ['a sound called a picture', Buffer.from(`RIFF\x24\0\0\0WAVEfmt ${place}`, 'latin1'), 'media_type_mismatch'],
  ])('that is %s is refused and erased', async (_name, file, code) => {
    const { body } = await begin(on(), announce(file));
    expect((await put(body, file)).ok).toBe(true);
    const refused = await complete(on(), body.id);
    expect([refused.status, refused.body.code]).toEqual([422, code]);
    expect(await left()).toEqual([]);
  });

  it('is its own key’s', async () => {
    const file = gif(130, fill);
    const { body } = await begin(on(), announce(file));
    await put(body, file);
    const other = await TestGateway.start(backends);
    expect((await complete(other, body.id)).status).toBe(404);
    await other.close();
    expect((await complete(on(), body.id)).status).toBe(200);
  });
});

describe('PUT /v1/assets/uploads/{id}/content', () => {
  it('takes nothing more once the upload is complete, or was refused', async () => {
    const file = gif(150, 1);
    const { body } = await begin(gateway, announce(file));
    expect((await put(body, file)).status).toBe(204);
    expect((await complete(gateway, body.id)).status).toBe(200);
    expect((await put(body, file)).status).toBe(409);
    const words = Buffer.from('these are words that come again');
    const { body: refused } = await begin(gateway, announce(words));
    expect((await put(refused, words)).status).toBe(204);
    expect((await complete(gateway, refused.id)).status).toBe(422);
    expect((await put(refused, words)).status).toBe(404);
    expect(await left()).toEqual([]);
  });
});

describe('POST /v1/assets/uploads', () => {
  it.each([
    [{ ...announce(gif(10, 0)), bytes: 2001 }, 413, '/bytes', 'bytes is 2001; files of 2000 bytes'],
    [{ ...announce(gif(10, 0)), bytes: 0 }, 400, '/bytes', '>=1'],
    [{ ...announce(gif(10, 0)), sha256: 'x' }, 400, '/sha256', '64 hex digits'],
    [{ ...announce(gif(10, 0)), content_type: 'text/html' }, 400, '/content_type', '"text/html"'],
    [{}, 400, '/content_type', 'missing'],
  ])('refuses %j in words', async (json, status, pointer, words) => {
    const answer = await begin(gateway, json);
    expect([answer.status, answer.body.pointer]).toEqual([status, pointer]);
    expect(answer.body.detail).toContain(words);
  });

  it('counts against the bytes of its key from the begin on, and once when it is complete', async () => {
    const limits = { name: 'limited', limits: { asset_bytes: 500 } };
    const { body: key } = await gateway.json<{ key: string }>('/v1/admin/keys', { json: limits });
    const headers = { authorization: `Bearer ${key.key}` };
    const beginWith = (file: Buffer) => gateway.json<Answer>('/v1/assets/uploads', { json: announce(file), headers });
    const [first, second] = [gif(300, 1), gif(200, 2)];
    const [one, other] = [await beginWith(first), await beginWith(second)];
    expect([one.status, other.status]).toEqual([201, 201]);
    const refused = await beginWith(gif(10, 3));
    expect([refused.status, refused.body.code, refused.body.pointer]).toEqual([403, 'quota_exceeded', '/bytes']);
    expect(refused.body.detail).toContain('keeps 0 of 500, and 500 are on their way');
    await put(one.body, first);
    const completed = await gateway.call(`/v1/assets/uploads/${one.body.id}/complete`, { method: 'POST', headers });
    expect(completed.status).toBe(200);
    expect((await beginWith(gif(10, 3))).body.detail).toContain('keeps 300 of 500, and 200 are on their way');
    await put(other.body, second);
    await gateway.call(`/v1/assets/uploads/${other.body.id}/complete`, { method: 'POST', headers });
    expect((await beginWith(gif(10, 3))).body.detail).toContain('keeps 500 of 500:');
  });

  it('gives the room back of what is refused', async () => {
    const limits = { name: 'limited', limits: { asset_bytes: 100 } };
    const { body: key } = await gateway.json<{ key: string }>('/v1/admin/keys', { json: limits });
    const headers = { authorization: `Bearer ${key.key}` };
    const words = Buffer.alloc(100, 'words and no picture ');
    const { body } = await gateway.json<Answer>('/v1/assets/uploads', { json: announce(words), headers });
    await put(body, words);
    const complete = await gateway.call(`/v1/assets/uploads/${body.id}/complete`, { method: 'POST', headers });
    expect(complete.status).toBe(422);
    const again = await gateway.json<Answer>('/v1/assets/uploads', { json: announce(gif(100, 4)), headers });
    expect(again.status).toBe(201);
  });
});

describe('an asset that was copied without its metadata', () => {
  it('is described anew when it is first used', async () => {
    const file = gif(140, 77);
    const form = new FormData();
    form.append('file', new Blob([file], { type: 'image/gif' }), 'a.gif');
    const { body: asset } = await gateway.json<Answer>('/v1/assets', { method: 'POST', body: form });
    const [key] = (await backends.keys('assets/')).filter((name) => name.endsWith(asset.id));
    await backends.store.put(key!, file, { contentType: 'binary/octet-stream' });
    expect((await gateway.json<Answer>(`/v1/assets/${asset.id}`)).body).toMatchObject(asset);
    expect(await backends.store.head(key!)).toMatchObject({
      contentType: 'image/gif',
      metadata: { sha256: announce(file).sha256 },
    });
    const json = { ...PICTURE, conditions: [{ type: 'image', asset: asset.id }] };
    expect((await gateway.call('/v1/generations', { json })).status).toBe(202);
  });
});

describe('UploadSweep', () => {
  it('erases what was put long ago and never completed, and nothing that can be completed', async () => {
    const now = Math.floor(Date.now() / 1000);
    const [old, fresh] = [now - 3 * 3_600, now - 3_600].map((expires) => objectKeys.upload(expires, 'upl_x'));
    for (const key of [old!, fresh!]) await backends.store.put(key, gif(10, 0), { contentType: 'image/gif' });
    expect(await new UploadSweep(backends.store).pass(AbortSignal.timeout(60_000))).toBe(1);
    expect(await left()).toEqual([fresh]);
    await backends.store.delete([fresh!]);
  });
});

describe('a generated asset', () => {
  it('is found, fetched in parts, and conditions what comes next; what was sent is not served', async () => {
    const id = await gateway.accept();
    const file = gif(200, 9);
    const key = objectKeys.output(id, 1, 1, 'token', 'image.gif');
    await backends.store.put(key, file, { contentType: 'image/gif' });
    const { content_type, bytes, sha256 } = announce(file);
    const output = { type: 'image', role: 'primary', sample: 0, key, content_type, bytes, sha256 } as const;
    await backends.commit(id, { status: 'succeeded', outputs: [output] });
    const { body: view } = await gateway.json<{ outputs: { asset: string }[] }>(`/v1/generations/${id}`);
    const asset = view.outputs[0]!.asset;
    const shown = await gateway.json<{ url: string }>(`/v1/assets/${asset}`);
    expect(shown.body).toMatchObject({ id: asset, content_type, bytes, sha256, generation: id });
    expect(Buffer.from(await (await fetch(shown.body.url)).arrayBuffer())).toEqual(file);
    const part = await gateway.call(`/v1/assets/${asset}/content`, { headers: { range: 'bytes=0-5' } });
    expect([part.status, await part.text()]).toEqual([206, 'GIF89a']);
    const json = { ...PICTURE, conditions: [{ type: 'image', asset }] };
    const request = (await backends.openRequest(await gateway.accept(json)))!;
    const [condition] = request.conditions as { asset: { id: string; sha256: string } }[];
    expect(condition!.asset.sha256).toBe(sha256);
    expect((await gateway.call(`/v1/assets/${condition!.asset.id}`)).status).toBe(200);
    expect((await gateway.call(`/v1/assets/${condition!.asset.id}/content`)).status).toBe(403);
    const wrong = { ...PICTURE, conditions: [{ type: 'audio', asset }] };
    const refused = await gateway.json<Answer>('/v1/generations', { json: wrong });
    expect([refused.body.code, refused.body.pointer]).toEqual(['media_type_mismatch', '/conditions/0/asset']);
    const other = await TestGateway.start(backends);
    for (const path of [`/v1/assets/${asset}`, `/v1/assets/${asset}/content`])
      expect((await other.call(path)).status).toBe(404);
    await other.close();
  });
});
