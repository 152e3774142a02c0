import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { objectKeys, type GenerationEvent } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { WebhookReceiver, type ReceivedWebhook } from './webhook-receiver.fixture.ts';

jest.setTimeout(60_000);

let backends: Backends;
let receiver: WebhookReceiver;
let gateway: TestGateway;
const roles = {
  GATEWAY_ROLES: 'api,notify',
  MEDLEY_WEBHOOK_ALLOW: '127.0.0.1',
  MEDLEY_REQUESTS_PER_MINUTE: '1000000',
};
beforeAll(async () => {
  backends = await Backends.start();
  receiver = await WebhookReceiver.start();
  gateway = await TestGateway.start(backends, roles);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
  receiver.close();
});

interface Endpoint {
  id: string;
  url: string;
  events: string[];
  status: string;
  secret: string;
  secrets: { created_at: string; expires_at?: string }[];
  code: string;
  pointer: string;
}
interface Delivery {
  id: string;
  webhook_id: string;
  generation: string;
  event: string;
  status: string;
  attempts: { outcome: string; status: number }[];
}
interface Message {
  type: string;
  timestamp: string;
  data: { id: string; status: string; urls: { get: string }; outputs: { url: string }[]; progress: { step: number } };
}

const endpoints = '/v1/webhooks/endpoints';
const create = (json: unknown, by = gateway) => by.json<Endpoint>(endpoints, { json });
const rotate = (id: string, json?: unknown, by = gateway) =>
  by.json<Endpoint>(`${endpoints}/${id}/rotate`, json === undefined ? { method: 'POST' } : { json });
const verify = ({ body, headers }: ReceivedWebhook, secret: string) =>
  new Webhook(secret).verify(body, headers) as Message;
const hook = (path: string, events?: string[]) => ({
  ...PICTURE,
  webhook: { url: receiver.url(path), ...(events === undefined ? {} : { events }) },
});

/** Deliveries of a gateway's key; asks until they satisfy. */
async function deliveries(holds: (all: Delivery[]) => boolean, query = '', by = gateway): Promise<Delivery[]> {
  for (;;) {
    const { body } = await by.json<{ data: Delivery[] }>(`/v1/webhooks/deliveries?limit=100${query}`);
    if (holds(body.data)) return body.data;
  }
}
const statusOf = (id: string, status: string, by = gateway) =>
  deliveries((all) => all.some((one) => one.generation === id && one.status === status), '', by);

/** Resolves when nothing is owed of a generation: the mark goes after the delivery has changed. */
async function nothingOwed(id: string): Promise<void> {
  while ((await backends.keys(objectKeys.notificationsOf(id))).length > 0);
}

describe('the webhook of a generation', () => {
  it('is told the end, signed with the default secret of the key, as the official library verifies', async () => {
    const { status, body } = await rotate('default');
    expect([status, body.secret.slice(0, 6)]).toEqual([200, 'whsec_']);
    const id = await gateway.accept(hook('/end'));
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    const received = await receiver.until('/end');
    const message = verify(received, body.secret);
    expect(message).toMatchObject({ type: 'generation.succeeded', data: { id, status: 'succeeded' } });
    expect(message.data.urls.get).toBe(gateway.url(`/v1/generations/${id}`).href);
    expect(received.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'medley-webhooks' });
    const [delivery] = await statusOf(id, 'delivered');
    expect(delivery).toMatchObject({
      webhook_id: received.headers['webhook-id'],
      event: 'generation.succeeded',
      attempts: [{ outcome: 'delivered', status: 204 }],
    });
    await nothingOwed(id);
    expect(await gateway.metrics.text()).toMatch(/^medley_webhook_attempts_total\{[^}]*outcome="delivered"[^}]*\} 1$/m);
  });

  it.each([
    ['failed', { status: 'failed', error: new Error('x') }],
    ['canceled', { status: 'canceled' }],
  ] as const)('is told that it %s', async (status, ending) => {
    const id = await gateway.accept(hook(`/${status}`));
    await backends.commit(id, ending);
    const { body } = await receiver.until(`/${status}`);
    expect(JSON.parse(body)).toMatchObject({ type: `generation.${status}`, data: { id, status } });
    await statusOf(id, 'delivered');
  });

  it('is told what it wants to know', async () => {
    const id = await gateway.accept(hook('/choosy', ['generation.failed']));
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    const other = await gateway.accept(hook('/choosy', ['generation.failed']));
    await backends.commit(other, { status: 'failed', error: new Error('x') });
    const { body } = await receiver.until('/choosy');
    expect(JSON.parse(body)).toMatchObject({ data: { id: other } });
    expect(receiver.at('/choosy')).toHaveLength(1);
  });

  it('is told of progress as it stands, of many steps at once', async () => {
    const id = await gateway.accept(hook('/progress', ['generation.progress', 'generation.succeeded']));
    const { live, events } = backends.ports;
    await live.update(id, 1, { status: 'diffusing' });
    for (let step = 1; step <= 10; step += 1) {
      const event: GenerationEvent = { type: 'step', step, steps: 10, outputs: ['image'] };
      await live.update(id, 1, { progress: { step, steps: 10 } });
      await events.append(id, 1, event);
    }
    const told: Message[] = [];
    while (told.at(-1)?.data.progress.step !== 10)
      told.push(JSON.parse((await receiver.until('/progress', told.length + 1)).body) as Message);
    expect(told.length).toBeLessThan(10);
    expect(told.at(-1)).toMatchObject({ type: 'generation.progress', data: { id, status: 'diffusing' } });
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    const end = await receiver.until('/progress', told.length + 1);
    expect(JSON.parse(end.body)).toMatchObject({ type: 'generation.succeeded' });
    expect(receiver.ids('/progress').size).toBe(told.length + 1);
    await statusOf(id, 'delivered');
  });

  it.each([
    ['no http', { url: 'ftp://example.com' }, 400, 'invalid_request', '/webhook/url'],
    ['a private address', { url: 'http://10.0.0.1/' }, 422, 'url_refused', '/webhook/url'],
    ['an address in disguise', { url: 'http://[::ffff:7f00:2]/' }, 422, 'url_refused', '/webhook/url'],
    ['a password', { url: 'https://a:b@example.com/' }, 422, 'url_refused', '/webhook/url'],
    ['an odd event', { url: 'https://example.com', events: ['odd'] }, 400, 'invalid_request', '/webhook/events/0'],
    ['no event', { url: 'https://example.com', events: [] }, 400, 'invalid_request', '/webhook/events'],
    ['a secret', { url: 'https://example.com', secret: 'a' }, 400, 'invalid_request', '/webhook/secret'],
  ])('with %s is refused', async (_name, webhook, status, code, pointer) => {
    const answer = await gateway.json('/v1/generations', { json: { ...PICTURE, webhook } });
    expect([answer.status, answer.body['code'], answer.body['pointer']]).toEqual([status, code, pointer]);
  });
});

describe('an endpoint', () => {
  it('is told of every generation of its key that is accepted from then on', async () => {
    const by = await TestGateway.start(backends, roles);
    const { status, headers, body } = await create({ url: receiver.url('/endpoint') }, by);
    expect([status, headers.get('location')]).toEqual([201, `${endpoints}/${body.id}`]);
    const mine = await by.accept();
    const theirs = await gateway.accept();
    for (const id of [theirs, mine]) await backends.commit(id, { status: 'succeeded', outputs: [] });
    expect(verify(await receiver.until('/endpoint'), body.secret).data.id).toBe(mine);
    const { body: shown } = await by.json<Endpoint>(`${endpoints}/${body.id}`);
    expect(shown).toMatchObject({ id: body.id, status: 'enabled', events: body.events });
    expect(JSON.stringify(shown)).not.toContain('whsec_');
    expect((await by.json<{ data: Endpoint[] }>(endpoints)).body.data).toEqual([shown]);
    expect((await gateway.json<Endpoint>(`${endpoints}/${body.id}`)).status).toBe(404);
    const [stored] = await backends.keys(`endpoints/${(await deliveryOwner(by))!}/whe_`);
    expect(Buffer.from((await backends.store.get(stored!))!.body).toString()).not.toContain(body.secret.slice(6));
    expect((await by.call(`${endpoints}/${body.id}`, { method: 'DELETE' })).status).toBe(204);
    await backends.commit(await by.accept(), { status: 'succeeded', outputs: [] });
    expect(receiver.at('/endpoint')).toHaveLength(1);
    await by.close();
  });

  it('made beside others is told of what is accepted from then on, as they are', async () => {
    const by = await TestGateway.start(backends, roles);
    const others = await TestGateway.start(backends, { ...roles, MEDLEY_BOOTSTRAP_KEY: by.key });
    for (let round = 0; round < 3; round += 1) {
      const made = await Promise.all(
        [by, others, by, others].map((on) => create({ url: 'https://hooks.example/' }, on)),
      );
      await Promise.all([by.accept(), others.accept()]);
      const { webhooks } = (await backends.openRequest(await by.accept()))!;
      const told = webhooks!.list.map((one) => ('endpoint' in one ? one.endpoint : ''));
      expect(told).toEqual(expect.arrayContaining(made.map(({ body }) => body.id)));
    }
    for (const one of [others, by]) await one.close();
  });

  it('signs with the former secret too while it rotates', async () => {
    const by = await TestGateway.start(backends, roles);
    const { body: made } = await create({ url: receiver.url('/rotated') }, by);
    const { body: rotated } = await rotate(made.id, undefined, by);
    expect(rotated.secrets).toHaveLength(2);
    await backends.commit(await by.accept(), { status: 'canceled' });
    const both = await receiver.until('/rotated');
    for (const secret of [made.secret, rotated.secret]) verify(both, secret);
    expect(both.headers['webhook-signature']!.split(' ')).toHaveLength(2);
    const { body: last } = await rotate(made.id, { overlap_seconds: 0 }, by);
    expect(last.secrets).toHaveLength(1);
    await backends.commit(await by.accept(), { status: 'canceled' });
    const alone = await receiver.until('/rotated', 2);
    verify(alone, last.secret);
    for (const secret of [made.secret, rotated.secret]) expect(() => verify(alone, secret)).toThrow();
    await by.close();
  });

  it('has five secrets at once at the most', async () => {
    const by = await TestGateway.start(backends, roles);
    const { body } = await create({ url: receiver.url('/many') }, by);
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push(await rotate(body.id, undefined, by));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 409, 409]);
    expect(answers.at(-1)!.body).toMatchObject({ code: 'conflict', pointer: '/overlap_seconds' });
    expect((await rotate(body.id, { overlap_seconds: 0 }, by)).status).toBe(200);
    await by.close();
  });

  it.each([
    ['a private address', { url: 'http://192.168.0.1/' }, 422, 'url_refused', '/url'],
    ['no url', {}, 400, 'invalid_request', '/url'],
    ['an odd field', { url: 'https://example.com', colour: 'red' }, 400, 'invalid_request', '/colour'],
  ])('with %s is refused', async (_name, json, status, code, pointer) => {
    const answer = await create(json);
    expect([answer.status, answer.body.code, answer.body.pointer]).toEqual([status, code, pointer]);
  });

  it('is one of sixteen at the most', async () => {
    const by = await TestGateway.start(backends, roles);
    const answers = [];
    for (let count = 0; count < 17; count += 1) answers.push(await create({ url: 'https://example.com' }, by));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 16 }, () => 201), 409]);
    await by.close();
  });

  it.each([
    ['GET', 'whe_'.padEnd(30, '0'), 404],
    ['GET', '..%2fdefault', 404],
    ['DELETE', 'whe_'.padEnd(30, '0'), 404],
    ['DELETE', 'default', 409],
    ['POST', `${'whe_'.padEnd(30, '0')}/rotate`, 404],
  ])('%s %s is %i', async (method, path, status) => {
    expect((await gateway.call(`${endpoints}/${path}`, { method })).status).toBe(status);
  });
});

describe('GET /v1/webhooks/deliveries', () => {
  it('lists the newest first, in pages, by status', async () => {
    const by = await TestGateway.start(backends, roles);
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const id = await by.accept(hook('/listed'));
      await backends.commit(id, { status: 'canceled' });
      await statusOf(id, 'delivered', by);
      ids.unshift(id);
    }
    const page = async (query: string) =>
      (await by.json<{ data: Delivery[]; next_cursor: string | null }>(`/v1/webhooks/deliveries?${query}`)).body;
    const first = await page('limit=2');
    const second = await page(`limit=2&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data].map(({ generation }) => generation)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    expect((await page('status=delivered&limit=1')).data).toHaveLength(1);
    expect((await page('status=dead')).data).toEqual([]);
    for (const query of ['cursor=odd', `cursor=${first.next_cursor}&status=dead`, 'status=odd', 'limit=0'])
      expect(await page(query)).toMatchObject({ code: 'invalid_request' });
    const { body } = await by.json<Delivery>(`/v1/webhooks/deliveries/${first.data[0]!.id}`);
    expect(body).toEqual(first.data[0]);
    for (const path of [first.data[0]!.id, 'whd_odd'])
      expect((await gateway.call(`/v1/webhooks/deliveries/${path}`)).status).toBe(404);
    await by.close();
  });

  it('holds nothing of a generation that was erased', async () => {
    const by = await TestGateway.start(backends, roles);
    receiver.answer = (response) => response.writeHead(500).end();
    const id = await by.accept(hook('/erased'));
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    await receiver.until('/erased');
    await deliveries(([one]) => one?.attempts.length === 1, '&status=pending', by);
    expect((await by.call(`/v1/generations/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await by.json<{ data: Delivery[] }>('/v1/webhooks/deliveries')).body.data).toEqual([]);
    expect(await backends.keys(`generations/${id}/`)).toEqual([objectKeys.result(id)]);
    const tombstone = await backends.store.get(objectKeys.result(id));
    expect(Buffer.from(tombstone!.body).toString()).not.toContain('/erased');
    expect(await backends.keys(objectKeys.notificationsOf(id))).toEqual([]);
    receiver.answer = (response) => response.writeHead(204).end();
    await by.close();
  });
});

/** The id of a gateway's key, as one of its requests names it. */
async function deliveryOwner(by: TestGateway): Promise<string | undefined> {
  const id = await by.accept();
  return (await backends.openRequest(id))?.owner;
}
