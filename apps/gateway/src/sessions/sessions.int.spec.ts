import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiKeyId } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

let backends: Backends;
let gateway: TestGateway;
let open: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
  open = await TestGateway.start(backends, {
    MEDLEY_PLAYGROUND: 'public',
    MEDLEY_PUBLIC_URL: 'https://medley.example',
    MEDLEY_TRUSTED_PROXIES: '127.0.0.1',
  });
});
afterAll(async () => {
  await open.close();
  await gateway.close();
  await backends.close();
});

/** As a browser sends it: no key, and the cookie that it has. */
const from = (on: TestGateway, path: string, { json, ...init }: Parameters<TestGateway['call']>[1] = {}) =>
  fetch(on.url(path), {
    ...init,
    ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers },
  });
const cookieOf = (response: Response) => response.headers.get('set-cookie')!.split(';')[0]!;
const own = (on: TestGateway) => on.url('/').origin;

async function signIn(key = gateway.key): Promise<string> {
  const response = await from(gateway, '/v1/session', { json: { key }, headers: { origin: own(gateway) } });
  expect(response.status).toBe(201);
  return cookieOf(response);
}

describe('POST /v1/session', () => {
  it('gives a cookie for a key that no script and no other site gets at', async () => {
    const response = await from(gateway, '/v1/session', { json: { key: gateway.key } });
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const [cookie, ...attributes] = response.headers.get('set-cookie')!.split('; ');
    expect(cookie).toMatch(/^medley_session=mds_[\w-]{32}$/);
    expect(attributes).toEqual(['Path=/', 'Max-Age=604800', 'HttpOnly', 'SameSite=Strict']);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ key: { id: apiKeyId(gateway.key) }, guest: false });
    expect(text).not.toContain('mdl_');
    expect(text).not.toContain('mds_');
  });

  it('takes the key from Authorization as well, and is secure where the service is', async () => {
    const response = await open.call('/v1/session', { method: 'POST' });
    expect(response.status).toBe(201);
    expect(response.headers.get('set-cookie')).toContain('; Secure');
  });

  it.each([
    [{ key: 'mdl_wrong_wrong_wrong_wrong' }, 401, 'unauthorized'],
    [{}, 401, 'unauthorized'],
    [{ key: 7 }, 400, 'invalid_request'],
    [{ token: 'x' }, 400, 'invalid_request'],
  ])('refuses %j', async (json, status, code) => {
    const response = await from(gateway, '/v1/session', { json });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('refuses another site, and a form, which needs no leave of ours', async () => {
    const foreign = { headers: { origin: 'https://evil.example' } };
    expect((await from(gateway, '/v1/session', { json: { key: gateway.key }, ...foreign })).status).toBe(403);
    const form = { method: 'POST', body: `key=${gateway.key}` };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await from(gateway, '/v1/session', { ...form, headers })).status).toBe(415);
  });
});

describe('a session', () => {
  it('does what its key may, on every gateway', async () => {
    const cookie = await signIn();
    const headers = { cookie, origin: own(gateway) };
    const created = await from(gateway, '/v1/generations', { json: PICTURE, headers });
    expect(created.status).toBe(202);
    const { id } = (await created.json()) as { id: string };
    expect((await gateway.call(`/v1/generations/${id}`)).status).toBe(200);
    expect((await from(open, `/v1/generations/${id}`, { headers: { cookie } })).status).toBe(200);
    const whoami = (await (await from(gateway, '/v1/session', { headers: { cookie } })).json()) as object;
    expect(whoami).toMatchObject({ key: { id: apiKeyId(gateway.key) }, guest: false, limits: {} });
  });

  it.each([
    ['no Origin', {}],
    ['the Origin of another site', { origin: 'https://evil.example' }],
    ['an Origin that is hidden', { origin: 'null' }],
  ])('changes nothing with %s, and reads', async (_name, headers: Record<string, string>) => {
    const cookie = await signIn();
    const create = await from(gateway, '/v1/generations', { json: PICTURE, headers: { cookie, ...headers } });
    expect(create.status).toBe(403);
    const end = await from(gateway, '/v1/session', { method: 'DELETE', headers: { cookie, ...headers } });
    expect(end.status).toBe(403);
    expect((await from(gateway, '/v1/generations', { headers: { cookie, ...headers } })).status).toBe(200);
  });

  it('ends by DELETE, on every gateway; a key in the header goes before the cookie', async () => {
    const cookie = await signIn();
    const end = await from(gateway, '/v1/session', { method: 'DELETE', headers: { cookie, origin: own(gateway) } });
    expect([end.status, end.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    for (const one of [gateway, open])
      expect((await from(one, '/v1/session', { headers: { cookie } })).status).toBe(401);
    expect((await gateway.call('/v1/session', { headers: { cookie } })).status).toBe(200);
    expect((await from(gateway, '/v1/session', { method: 'DELETE' })).status).toBe(204);
  });

  it('goes on when another one is begun without a key, in a public deployment too', async () => {
    const cookie = await signIn();
    for (const one of [gateway, open]) {
      const again = await from(one, '/v1/session', { method: 'POST', headers: { cookie } });
      expect(again.status).toBe(201);
      expect(await again.json()).toMatchObject({ key: { id: apiKeyId(gateway.key) }, guest: false });
      expect(cookieOf(again)).toBe(cookie);
      const seconds = Number(/Max-Age=(\d+)/.exec(again.headers.get('set-cookie')!)![1]);
      expect(seconds).toBeGreaterThan(604_000);
      expect(seconds).toBeLessThanOrEqual(604_800);
    }
  });

  it('ends with its key', async () => {
    const { body } = await gateway.json<{ id: string; key: string }>('/v1/admin/keys', { json: { name: 'page' } });
    const cookie = await signIn(body.key);
    expect((await from(gateway, '/v1/models', { headers: { cookie } })).status).toBe(200);
    await gateway.call(`/v1/admin/keys/${body.id}`, { method: 'DELETE' });
    expect((await from(gateway, '/v1/models', { headers: { cookie } })).status).toBe(401);
  });

  it('is not to be guessed: nothing of the token is stored', async () => {
    const cookie = await signIn();
    const stored = await backends.queue.connections.patient.keys('*session*');
    expect(stored.join()).not.toContain(cookie.split('=')[1]!.slice(4, 12));
    const other = cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await from(gateway, '/v1/models', { headers: { cookie: other } })).status).toBe(401);
  });
});

describe('guests', () => {
  const visit = (address: string, cookie?: string) => {
    const headers = { 'x-forwarded-for': address, ...(cookie === undefined ? {} : { cookie }) };
    return from(open, '/v1/session', { method: 'POST', headers });
  };

  it('are let in where the deployment is public: limited, each with generations of his own', async () => {
    const [first, second] = [await visit('192.0.2.1'), await visit('192.0.2.1')];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(await first.json()).toMatchObject({ guest: true, key: { name: 'guest', scopes: ['generate'] } });
    const headers = { cookie: cookieOf(first), origin: 'https://medley.example', 'x-forwarded-for': '192.0.2.1' };
    const created = await from(open, '/v1/generations', { json: PICTURE, headers });
    expect([created.status, created.headers.get('ratelimit-policy')]).toEqual([202, '"requests";q=240;w=60']);
    const { id } = (await created.json()) as { id: string };
    expect((await from(open, `/v1/generations/${id}`, { headers: { cookie: cookieOf(second) } })).status).toBe(404);
    expect((await from(open, '/v1/generations', { json: PICTURE, headers })).status).toBe(202);
    expect((await from(open, '/v1/generations', { json: PICTURE, headers })).status).toBe(429);
    expect((await from(open, '/v1/admin/keys', { headers })).status).toBe(403);
  });

  it('share the places and the bytes of their address, whatever cookie they have', async () => {
    const act = async (path: string, address: string, init: Parameters<typeof from>[2]) => {
      const cookie = cookieOf(await visit(address));
      const headers = { cookie, origin: 'https://medley.example', 'x-forwarded-for': address };
      return from(open, path, { ...init, headers });
    };
    const create = async (address: string) => (await act('/v1/generations', address, { json: PICTURE })).status;
    expect([await create('192.0.2.7'), await create('192.0.2.7')]).toEqual([202, 202]);
    expect([await create('192.0.2.7'), await create('192.0.2.8')]).toEqual([429, 202]);
    const upload = async (address: string, bytes: number) => {
      const json = { content_type: 'image/gif', bytes, sha256: bytes.toString(16).padStart(64, '0') };
      const response = await act('/v1/assets/uploads', address, { json });
      return [response.status, ((await response.json()) as { detail?: string }).detail];
    };
    expect(await upload('192.0.2.7', 64 * 1024 * 1024 - 7)).toEqual([201, undefined]);
    const words = expect.stringContaining('the guests of an address may send 67108864 a day') as unknown;
    expect(await upload('192.0.2.7', 8)).toEqual([403, words]);
    expect(await upload('192.0.2.8', 8)).toEqual([201, undefined]);
  });

  it('have no webhooks: neither endpoints nor deliveries nor that of a generation', async () => {
    const cookie = cookieOf(await visit('192.0.2.6'));
    const headers = { cookie, origin: 'https://medley.example', 'x-forwarded-for': '192.0.2.6' };
    const url = 'https://hooks.example/';
    for (const asked of [
      from(open, '/v1/webhooks/endpoints', { json: { url }, headers }),
      from(open, '/v1/webhooks/endpoints/default/rotate', { json: {}, headers }),
      from(open, '/v1/webhooks/deliveries', { headers }),
      from(open, '/v1/generations', { json: { ...PICTURE, webhook: { url } }, headers }),
    ]) {
      const response = await asked;
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      expect([response.status, code, detail]).toEqual([403, 'forbidden', expect.stringContaining('webhooks')]);
    }
  });

  it('share the requests of their address', async () => {
    const left = async (cookie: string) => {
      const headers = { cookie, 'x-forwarded-for': '192.0.2.2' };
      return Number(/r=(\d+)/.exec((await from(open, '/v1/models', { headers })).headers.get('ratelimit')!)![1]);
    };
    const [first, second] = [cookieOf(await visit('192.0.2.2')), cookieOf(await visit('192.0.2.2'))];
    const before = await left(first);
    expect(before - (await left(second))).toBeLessThanOrEqual(1);
    expect(before).toBe(239);
  });

  it('stay who they are as long as their cookie holds', async () => {
    const first = await visit('192.0.2.4');
    const again = await visit('192.0.2.4', cookieOf(first));
    const id = async (response: Response) => ((await response.json()) as { key: { id: string } }).key.id;
    expect(await id(again)).toBe(await id(first));
  });

  it('are put out by an admin, and come in again as somebody else', async () => {
    const first = await visit('192.0.2.5');
    const cookie = cookieOf(first);
    const { key } = (await first.json()) as { key: { id: string } };
    expect((await gateway.call(`/v1/admin/keys/${key.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await from(open, '/v1/models', { headers: { cookie } })).status).toBe(401);
    const again = await visit('192.0.2.5', cookie);
    expect(((await again.json()) as { key: { id: string } }).key.id).not.toBe(key.id);
  });

  it('are as many as their address may have', async () => {
    const answers = [];
    for (let count = 0; count < 12; count += 1) answers.push((await visit('2001:db8::1')).status);
    expect(answers.filter((status) => status === 201)).toHaveLength(10);
    expect((await visit('2001:db8::ffff')).status).toBe(429);
    expect((await visit('2001:db8:0:1::1')).status).toBe(201);
  });
});
