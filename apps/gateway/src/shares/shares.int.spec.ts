import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { objectKeys } from '@medley/domain';
import { Media, MediaPool } from '@medley/media';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

/** As workers write it: with the settings that made it. */
async function encodedPicture(): Promise<Buffer> {
  const pool = await MediaPool.start({ children: 1, sandbox: 'auto' });
  const pixels = { dataType: 'float32', shape: [3, 8, 8], data: new Float32Array(192) } as const;
  const provenance = JSON.stringify({ conditions: [{ type: 'text', text: 'a dog' }] });
  const signal = new AbortController().signal;
  const bytes = await new Media(pool).encodeImage(pixels, { format: 'png', provenance }, signal);
  await pool.close();
  return Buffer.from(bytes);
}

let backends: Backends;
let gateway: TestGateway;
let id: string;
let picture: Buffer;
beforeAll(async () => {
  picture = await encodedPicture();
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});
beforeEach(async () => {
  id = await gateway.accept({ ...PICTURE, metadata: { order: 'private' } });
  const key = objectKeys.output(id, 1, 1, 'token', 'image.png');
  await backends.store.put(key, picture, { contentType: 'image/png' });
  const sha256 = createHash('sha256').update(picture).digest('hex');
  const content = { bytes: picture.byteLength, content_type: 'image/png', sha256 };
  const output = { type: 'image', role: 'primary', sample: 0, key, ...content } as const;
  await backends.commit(id, { status: 'succeeded', outputs: [output] });
});

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

interface Link {
  files_carry_settings: boolean;
  url: string;
  expires_at: string;
  code: string;
  detail: string;
  pointer: string;
}
const share = (json?: object) =>
  gateway.json<Link>(`/v1/generations/${id}/share`, { method: 'POST', ...(json === undefined ? {} : { json }) });
const revoke = () => gateway.call(`/v1/generations/${id}/share`, { method: 'DELETE' });

describe('a shared generation', () => {
  it('shows its files to whoever has the link; what was sent is in the files alone, as the owner is told', async () => {
    const { status, headers, body } = await share();
    expect([status, headers.get('location')]).toEqual([201, body.url]);
    expect(body).toMatchObject({ files_carry_settings: true });
    expect(body.url).toMatch(/\/s\/[\w-]{74}$/);
    const shown = await fetch(body.url);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    });
    const text = await shown.text();
    for (const hidden of ['a dog', 'private', 'key_', 'gen_']) expect(text).not.toContain(hidden);
    const view = JSON.parse(text) as { model: string; expires_at: string; outputs: { url: string; type: string }[] };
    expect(view).toMatchObject({ model: 'tiny-codi', expires_at: body.expires_at, outputs: [{ type: 'image' }] });
    const file = await fetch(view.outputs[0]!.url, { headers: { range: 'bytes=2-4' } });
    expect([file.status, await bytesOf(file)]).toEqual([206, picture.subarray(2, 5)]);
    const whole = await bytesOf(await fetch(view.outputs[0]!.url));
    expect(whole).toEqual(picture);
    expect(whole.toString()).toContain('a dog');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="image.png"');
  });

  it('keeps its link when it is shared again, with the new time', async () => {
    const [first, again] = [await share(), await share({ expires_seconds: 60 })];
    expect(again.body.url).toBe(first.body.url);
    expect(Date.parse(again.body.expires_at)).toBeLessThan(Date.parse(first.body.expires_at));
  });

  it('is shown no more once its link is taken back, files included; a new link is another one', async () => {
    const { body } = await share();
    expect((await revoke()).status).toBe(204);
    expect([(await fetch(body.url)).status, (await fetch(`${body.url}/outputs/0`)).status]).toEqual([410, 410]);
    expect((await revoke()).status).toBe(204);
    const other = (await share()).body.url;
    expect(other).not.toBe(body.url);
    expect([(await fetch(body.url)).status, (await fetch(other)).status]).toEqual([410, 200]);
  });

  it('is shown no more once its time is over', async () => {
    const { body } = await share();
    const key = objectKeys.share(id);
    const stored = JSON.parse(Buffer.from((await backends.store.get(key))!.body).toString()) as object;
    const over = { ...stored, expires_at: new Date(Date.now() - 1000).toISOString() };
    await backends.store.put(key, Buffer.from(JSON.stringify(over)), { contentType: 'application/json' });
    expect((await fetch(body.url)).status).toBe(410);
    expect((await share()).body.url).not.toBe(body.url);
  });

  it('is shown no more once its key is revoked', async () => {
    const { body: key } = await gateway.json<{ id: string; key: string }>('/v1/admin/keys', {
      json: { name: 'leaked' },
    });
    const headers = { authorization: `Bearer ${key.key}` };
    const { body: made } = await gateway.json<{ id: string }>('/v1/generations', { json: PICTURE, headers });
    await backends.commit(made.id, { status: 'succeeded', outputs: [] });
    const { body } = await gateway.json<Link>(`/v1/generations/${made.id}/share`, { method: 'POST', headers });
    expect((await fetch(body.url)).status).toBe(200);
    await gateway.call(`/v1/admin/keys/${key.id}`, { method: 'DELETE' });
    expect((await fetch(body.url)).status).toBe(410);
  });

  it('of a guest is shown as long as the guest is one', async () => {
    const open = await TestGateway.start(backends, { MEDLEY_PLAYGROUND: 'public' });
    const begun = await fetch(open.url('/v1/session'), { method: 'POST' });
    const { key, expires_at: end } = (await begun.json()) as { key: { id: string }; expires_at: string };
    const headers = {
      cookie: begun.headers.get('set-cookie')!.split(';')[0]!,
      origin: open.url('/').origin,
      'content-type': 'application/json',
    };
    const post = async <Body>(path: string, json: object) => {
      const response = await fetch(open.url(path), { method: 'POST', headers, body: JSON.stringify(json) });
      return (await response.json()) as Body;
    };
    const made = await post<{ id: string }>('/v1/generations', PICTURE);
    await backends.commit(made.id, { status: 'succeeded', outputs: [] });
    const link = await post<Link>(`/v1/generations/${made.id}/share`, { expires_seconds: 30 * 86_400 });
    expect(Date.parse(link.expires_at)).toBeLessThanOrEqual(Date.parse(end));
    expect((await fetch(link.url)).status).toBe(200);
    await gateway.call(`/v1/admin/keys/${key.id}`, { method: 'DELETE' });
    expect((await fetch(link.url)).status).toBe(410);
    await open.close();
  });

  it('takes its link along when it is deleted', async () => {
    const { body } = await share();
    await gateway.call(`/v1/generations/${id}`, { method: 'DELETE' });
    expect((await fetch(body.url)).status).toBe(410);
    expect(await backends.keys(objectKeys.share(id))).toEqual([]);
  });

  it('can be shared by its own key, once it has succeeded', async () => {
    const other = await TestGateway.start(backends);
    const path = `/v1/generations/${id}/share`;
    for (const method of ['POST', 'DELETE']) expect((await other.call(path, { method })).status).toBe(404);
    await other.close();
    id = await gateway.accept();
    const early = await share();
    expect([early.status, early.body.code]).toEqual([409, 'conflict']);
    expect(early.body.detail).toContain('is queued');
  });

  it.each([
    [{ expires_seconds: 1 }, '/expires_seconds', '>=60'],
    [{ expires_seconds: 4e9 }, '/expires_seconds', '4000000000'],
    [{ days: 1 }, '/days', 'days is not a field'],
  ])('refuses %j in words', async (json, pointer, words) => {
    const { status, body } = await share(json);
    expect([status, body.pointer]).toEqual([400, pointer]);
    expect(body.detail).toContain(words);
  });

  it.each(['x', 'a'.repeat(74), '..%2f..%2fkeys'])('is not behind /s/%s', async (token) => {
    expect((await fetch(gateway.url(`/s/${token}`))).status).toBe(404);
  });
});
