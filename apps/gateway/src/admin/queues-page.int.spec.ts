import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, TestGateway } from '../gateway.fixture.ts';

interface Board {
  queues: { name: string; readOnlyMode: boolean; isPaused: boolean; counts: Record<string, number>; jobs: object[] }[];
}

let backends: Backends;
let gateway: TestGateway;
let writable: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
  writable = await TestGateway.start(backends, {
    MEDLEY_BOOTSTRAP_KEY: gateway.key,
    MEDLEY_ADMIN_QUEUES: 'write',
  });
});
afterAll(async () => {
  await writable.close();
  await gateway.close();
  await backends.close();
});

const person = { accept: 'text/html' };
const queues = async (on = gateway, query = '') => (await on.json<Board>(`/admin/api/queues${query}`)).body.queues;
async function sessionOf(key: string, on = gateway): Promise<string> {
  const response = await on.call('/v1/session', { json: { key } });
  return response.headers.get('set-cookie')!.split(';')[0]!;
}

describe('the queues at /admin', () => {
  it('are shown to whoever has an admin key, or a session of one, and nobody else', async () => {
    const { body } = await gateway.json<{ key: string }>('/v1/admin/keys', { json: { name: 'no admin' } });
    const get = (path: string, headers: Record<string, string>) => fetch(gateway.url(path), { headers });
    for (const path of ['/admin', '/admin/', '/admin/api/queues', '/admin/queue/notify']) {
      expect((await get(path, {})).status).toBe(401);
      expect((await get(path, { authorization: `Bearer ${body.key}` })).status).toBe(403);
      expect((await get(path, { cookie: await sessionOf(body.key) })).status).toBe(403);
      expect((await get(path, { authorization: `Bearer ${gateway.key}` })).status).toBe(200);
      expect((await get(path, { cookie: await sessionOf(gateway.key) })).status).toBe(200);
    }
    const refused = await get('/admin/api/queues', {});
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    const page = await get('/admin', person);
    expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<a href="/">Sign in');
  });

  it('are a page of files of this service alone', async () => {
    const page = await gateway.call('/admin', { headers: person });
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    const html = await page.text();
    expect(html).toContain('<title>Medley queues</title>');
    expect(html).not.toContain('https:');
    const scripts = [...html.matchAll(/src="(static\/[^"]+\.js)"/g)].map((match) => match[1]!);
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      const file = await gateway.call(`/admin/${script}`);
      expect([file.status, file.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
      await file.body?.cancel();
    }
    expect((await fetch(gateway.url(`/admin/${scripts[0]}`))).status).toBe(401);
    expect((await gateway.call('/admin/static/%2e%2e/%2e%2e/package.json')).status).toBe(404);
  });

  it('tell of jobs by ids and numbers: of nothing that a client sent', async () => {
    const secret = { conditions: [{ type: 'text', text: 'a very secret dog' }], outputs: [{ type: 'image' }] };
    const id = await gateway.accept(secret);
    const { bundle } = (await backends.openRequest(id))!;
    const encode = `encode.tiny-codi.${bundle.digest.slice(0, 8)}`;
    const all = await queues(gateway, `?activeQueue=${encode}&status=prioritized`);
    const names = all.map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set([encode.replace('encode', 'diffuse'), encode, 'ingest', 'notify']));
    const shown = all.find(({ name }) => name === encode)!;
    expect(shown).toMatchObject({ readOnlyMode: true, counts: { prioritized: 1 } });
    expect(shown.jobs).toMatchObject([{ data: { v: 1, generation: id, epoch: 1, role: 0 } }]);
    expect(JSON.stringify(all)).not.toContain('secret');
    await backends.commit(id, { status: 'canceled' });
  });

  it('are changed by nobody, unless the deployment says that admins may', async () => {
    const pause = (on: TestGateway, headers: Record<string, string> = {}) =>
      on.json<{ code?: string; detail?: string }>('/admin/api/queues/notify/pause', { method: 'PUT', headers });
    const { status, body } = await pause(gateway);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toContain('MEDLEY_ADMIN_QUEUES=write');
    const paused = async () => (await queues(writable)).find(({ name }) => name === 'notify')!.isPaused;
    expect(await paused()).toBe(false);
    const cookie = await sessionOf(writable.key, writable);
    const foreign = { method: 'PUT', headers: { cookie, origin: 'https://evil.example' } };
    expect((await fetch(writable.url('/admin/api/queues/notify/pause'), foreign)).status).toBe(403);
    expect(await paused()).toBe(false);
    expect((await writable.call('/admin/api/queues/notify/pause', { method: 'PUT' })).status).toBe(200);
    expect(await paused()).toBe(true);
    await writable.call('/admin/api/queues/notify/resume', { method: 'PUT' });
  });

  it('are not there while Redis is away, and say so', async () => {
    await backends.redis.kill();
    const { status, body } = await gateway.json<{ code: string }>('/admin/api/queues');
    expect([status, body.code]).toEqual([503, 'queue_unavailable']);
    await backends.redis.restart();
    while ((await gateway.call('/admin/api/queues')).status === 503);
  });
});
