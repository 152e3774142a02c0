import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { commitGeneration, objectKeys, type CommitPorts, type Ending } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { Reconciler } from '../reconciler/reconciler.ts';
import { deliveryRecord } from './delivery-record.ts';
import { NotificationSweep } from './notification-sweep.ts';
import { readStored } from './stored-json.ts';
import { WebhookReceiver } from './webhook-receiver.fixture.ts';

// A killed process's job runs again after the lock time and up to two stall checks; the second try of a delivery comes after five seconds.
jest.setTimeout(60_000);

let backends: Backends;
let receiver: WebhookReceiver;
/** Accepts, and tells nobody anything. */
let api: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  api = await TestGateway.start(backends, {
    MEDLEY_WEBHOOK_ALLOW: '127.0.0.1',
    MEDLEY_REQUESTS_PER_MINUTE: '1000000',
  });
});
afterAll(async () => {
  await api.close();
  await backends.close();
});

let notifiers: TestGateway[];
beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  notifiers = [];
});
afterEach(async () => {
  for (const notifier of notifiers) await notifier.close();
  receiver.close();
});

/** A gateway in this process that tells. */
async function notifier(changes: Parameters<typeof TestGateway.start>[1] = {}): Promise<TestGateway> {
  const roles = { GATEWAY_ROLES: 'notify', MEDLEY_WEBHOOK_ALLOW: '127.0.0.1' };
  const started = await TestGateway.start(backends, { ...roles, ...changes });
  notifiers.push(started);
  return started;
}

/** Such a gateway in a process of its own. */
async function notifyProcess(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./notify-process.fixture.ts', import.meta.url)), {
    env: {
      REDIS_URL: backends.redis.url,
      S3_ENDPOINT: backends.s3Endpoint,
      S3_BUCKET: 'medley',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      MEDLEY_BUNDLES: 'bundles',
      MEDLEY_SECRET: 'a secret of the tests',
      MEDLEY_WEBHOOK_ALLOW: '127.0.0.1',
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    },
  });
  await once(child, 'message');
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

interface Delivery {
  id: string;
  webhook_id: string;
  generation: string;
  status: 'pending' | 'delivered' | 'dead';
  attempts: { outcome: string; status?: number; reason?: string }[];
  next_attempt_at: string;
  reason?: string;
  code?: string;
  detail?: string;
}

/** The one delivery of a generation, asked for until it satisfies. */
async function delivery(id: string, holds: (one: Delivery) => boolean): Promise<Delivery> {
  for (;;) {
    const { body } = await api.json<Delivery>(`/v1/webhooks/deliveries/whd_${id.slice('gen_'.length)}_0`);
    if (body.attempts !== undefined && holds(body)) return body;
  }
}
const redeliver = (id: string) =>
  api.json<Delivery>(`/v1/webhooks/deliveries/whd_${id.slice('gen_'.length)}_0/redeliver`, { method: 'POST' });
const accept = (url: string) => api.accept({ ...PICTURE, webhook: { url } });
const ended: Ending = { status: 'succeeded', outputs: [] };
async function toldOf(url: string): Promise<string> {
  const id = await accept(url);
  await backends.commit(id, ended);
  return id;
}

/** Resolves when nothing is owed of a generation: the mark goes after the delivery has changed. */
async function nothingOwed(id: string): Promise<void> {
  while ((await backends.keys(objectKeys.notificationsOf(id))).length > 0);
}

describe('what is owed is never lost', () => {
  it('when nobody tells anything for a while', async () => {
    const id = await toldOf(receiver.url('/late'));
    await notifier();
    await receiver.until('/late');
    expect(await delivery(id, ({ status }) => status === 'delivered')).toMatchObject({ generation: id });
  });

  it('when the gateway is killed with -9 while it tells: the same message comes again', async () => {
    const child = await notifyProcess();
    receiver.answer = () => undefined;
    const id = await toldOf(receiver.url('/killed'));
    await receiver.until('/killed');
    await killed(child);
    receiver.answer = (response) => response.writeHead(204).end();
    await notifier();
    await receiver.until('/killed', 2);
    await delivery(id, ({ status }) => status === 'delivered');
    await nothingOwed(id);
    expect(receiver.ids('/killed').size).toBe(1);
  });

  it('when whoever commits dies before it is queued: the reconciler does it', async () => {
    const id = await accept(receiver.url('/unfinished'));
    const dies = async () => {
      throw new Error('killed');
    };
    const queue = new Proxy(backends.ports.queue, {
      get: (target, name) =>
        name === 'addNotifications' ? dies : (target[name as 'addNotifications'] as () => unknown).bind(target),
    });
    const ports: CommitPorts = { ...backends.ports, queue };
    const request = (await backends.openRequest(id))!;
    await expect(commitGeneration(ports, request, 1, ended)).rejects.toThrow('killed');
    await notifier();
    const observer = {
      repaired() {},
      failed: (error: unknown) => {
        throw error;
      },
    };
    await new Reconciler(backends.ports, async () => 5, observer).pass(new AbortController().signal);
    await receiver.until('/unfinished');
    await delivery(id, ({ status }) => status === 'delivered');
    await nothingOwed(id);
    expect(await backends.openRequest(id)).toBeUndefined();
  });

  it('when Redis is flushed, or its jobs were given up: the sweep queues it again', async () => {
    const ids = [await toldOf(receiver.url('/flushed')), await toldOf(receiver.url('/flushed'))];
    await backends.queue.connections.patient.flushall();
    const repaired: string[] = [];
    const sweep = new NotificationSweep(backends.store, backends.queue.ports('patient').queue, (payload) =>
      repaired.push(payload.generation),
    );
    const { signal } = new AbortController();
    expect(await sweep.pass(signal)).toBe(2);
    expect(await sweep.pass(signal)).toBe(2);
    expect(repaired.sort()).toEqual([...ids].sort());
    await notifier();
    await receiver.until('/flushed', 2);
    for (const id of ids) {
      await delivery(id, ({ status }) => status === 'delivered');
      await nothingOwed(id);
    }
    expect(await sweep.pass(signal)).toBe(0);
  });

  it('when a gateway is told to stop', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>();
    receiver.answer = (response) => resolve(() => response.writeHead(204).end());
    const leaving = await notifier();
    const id = await toldOf(receiver.url('/leaving'));
    const answer = await arrived;
    const closed = leaving.close();
    notifiers = [];
    answer();
    await closed;
    expect(await delivery(id, ({ status }) => status === 'delivered')).toMatchObject({ generation: id });
    expect(receiver.at('/leaving')).toHaveLength(1);
  });
});

describe('a receiver', () => {
  it('that fails is tried again after five seconds, with the same webhook-id', async () => {
    receiver.answer = (response) => response.writeHead(receiver.received.length === 1 ? 500 : 200).end();
    await notifier();
    const id = await toldOf(receiver.url('/fails'));
    const { attempts } = await delivery(id, ({ status }) => status === 'delivered');
    expect(attempts).toMatchObject([
      { outcome: 'failed', status: 500 },
      { outcome: 'delivered', status: 200 },
    ]);
    expect(receiver.at('/fails')).toHaveLength(2);
    expect(receiver.ids('/fails').size).toBe(1);
    const [first, second] = receiver.at('/fails');
    expect(Number(second!.headers['webhook-timestamp'])).toBeGreaterThan(Number(first!.headers['webhook-timestamp']));
  });

  it('that redirects has failed: nobody goes there', async () => {
    receiver.answer = (response) => response.writeHead(307, { location: receiver.url('/elsewhere') }).end();
    await notifier();
    const id = await toldOf(receiver.url('/redirects'));
    const { status, attempts } = await delivery(id, (one) => one.attempts.length === 1);
    expect([status, attempts[0]]).toMatchObject(['pending', { outcome: 'redirected', status: 307 }]);
    expect(receiver.at('/elsewhere')).toEqual([]);
  });

  it('that asks for time is left alone for so long, with everything that is for it', async () => {
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    await notifier();
    const before = Date.now();
    const id = await toldOf(receiver.url('/busy'));
    const { attempts, next_attempt_at } = await delivery(id, (one) => one.attempts.length === 1);
    expect(attempts[0]).toMatchObject({ outcome: 'limited', status: 429 });
    expect(Date.parse(next_attempt_at)).toBeGreaterThanOrEqual(before + 3_600_000);
    const second = await toldOf(receiver.url('/busy'));
    const other = await toldOf(receiver.url('/other'));
    await receiver.until('/other');
    expect((await delivery(second, () => true)).attempts).toEqual([]);
    expect(receiver.at('/busy')).toHaveLength(1);
    await delivery(other, (one) => one.attempts.length === 1);
  });

  it('that is slow or dead delays nobody else', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    receiver.answer = (response) => void released.then(() => response.writeHead(204).end());
    const quick = await WebhookReceiver.start();
    const slow: string[] = [];
    for (let count = 0; count < 8; count += 1) slow.push(await toldOf(receiver.url('/slow')));
    for (let count = 0; count < 3; count += 1) await toldOf(quick.url('/quick'));
    await notifier({ MEDLEY_NOTIFY_CONCURRENCY: '6', MEDLEY_WEBHOOK_SECONDS: '30' });
    await quick.until('/quick', 3);
    await receiver.until('/slow', 4);
    expect(receiver.at('/slow')).toHaveLength(4); // Those that came first are still there, more have no place.
    release();
    for (const id of slow) await delivery(id, ({ status }) => status === 'delivered');
    expect(receiver.ids('/slow').size).toBe(8);
    quick.close();
  });

  it('that does not answer in time has failed', async () => {
    receiver.answer = () => undefined;
    await notifier({ MEDLEY_WEBHOOK_SECONDS: '0.2' });
    const id = await toldOf(receiver.url('/silent'));
    const { status, attempts } = await delivery(id, (one) => one.attempts.length === 1);
    expect([status, attempts[0]]).toMatchObject(['pending', { outcome: 'timeout', reason: 'no answer within 0.2 s' }]);
  });

  it('may answer as much as it likes', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const more = () => response.write('x'.repeat(65_536), (error) => (error == null ? more() : undefined));
      more();
    };
    await notifier();
    await delivery(await toldOf(receiver.url('/talks')), ({ status }) => status === 'delivered');
  });

  it('whose name leads to a private address is not asked', async () => {
    await notifier({ MEDLEY_WEBHOOK_ALLOW: 'another.example' });
    const id = await toldOf(receiver.url('/name').replace('127.0.0.1', 'localhost'));
    const { status, attempts } = await delivery(id, (one) => one.attempts.length === 1);
    expect([status, attempts]).toMatchObject([
      'dead',
      [{ outcome: 'refused', reason: 'localhost resolves to no public address' }],
    ]);
    expect(receiver.received).toEqual([]);
  });

  it('of a key that was revoked is told nothing any more', async () => {
    const { body: key } = await api.json<{ id: string; key: string }>('/v1/admin/keys', { json: { name: 'leaver' } });
    const headers = { authorization: `Bearer ${key.key}` };
    const json = { ...PICTURE, webhook: { url: receiver.url('/left') } };
    const { body } = await api.json<{ id: string }>('/v1/generations', { json, headers });
    expect((await api.call(`/v1/admin/keys/${key.id}`, { method: 'DELETE' })).status).toBe(204);
    await backends.commit(body.id, ended);
    await notifier();
    await nothingOwed(body.id);
    const stored = await readStored(backends.store, objectKeys.delivery(body.id, 0), deliveryRecord);
    expect(stored?.value).toMatchObject({ status: 'dead', reason: 'the API key was revoked', attempts: [] });
    expect(receiver.received).toEqual([]);
  });

  it('that is gone disables its endpoint', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    await notifier();
    const { body: endpoint } = await api.json<{ id: string }>('/v1/webhooks/endpoints', {
      json: { url: receiver.url('/gone') },
    });
    const id = await api.accept();
    const second = await api.accept();
    await backends.commit(id, ended);
    expect(await delivery(id, ({ status }) => status === 'dead')).toMatchObject({ attempts: [{ outcome: 'gone' }] });
    const { body } = await api.json(`/v1/webhooks/endpoints/${endpoint.id}`);
    expect(body).toMatchObject({ status: 'disabled', disabled_reason: 'it answered 410 Gone' });
    await backends.commit(second, ended);
    const { reason } = await delivery(second, ({ status }) => status === 'dead');
    expect(reason).toContain('is disabled');
    const refused = await redeliver(id);
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    await backends.commit(await api.accept(), ended);
    expect(receiver.at('/gone')).toHaveLength(1);
    await api.call(`/v1/webhooks/endpoints/${endpoint.id}`, { method: 'DELETE' });
  });
});

describe('what was given up', () => {
  const list = async () =>
    (await api.json<{ data: Delivery[] }>('/v1/webhooks/deliveries?status=dead&limit=100')).body.data;

  it('is on the dead-letter list, and can be sent again under the same webhook-id', async () => {
    receiver.answer = (response) => response.writeHead(receiver.received.length === 1 ? 410 : 200).end();
    await notifier();
    const id = await toldOf(receiver.url('/dead'));
    const dead = await delivery(id, ({ status }) => status === 'dead');
    expect((await list()).map(({ generation }) => generation)).toContain(id);
    await nothingOwed(id);
    const { status, body } = await redeliver(id);
    expect([status, body.status, body.webhook_id]).toEqual([202, 'pending', dead.webhook_id]);
    await receiver.until('/dead', 2);
    expect((await delivery(id, (one) => one.status === 'delivered')).attempts).toHaveLength(2);
    expect((await list()).map(({ generation }) => generation)).not.toContain(id);
    expect(receiver.ids('/dead')).toEqual(new Set([dead.webhook_id]));
    await redeliver(id);
    await receiver.until('/dead', 3);
  });

  it('is sent again at once although its next try was far away', async () => {
    receiver.answer = (response) => response.writeHead(receiver.received.length < 3 ? 500 : 200).end();
    await notifier();
    const id = await toldOf(receiver.url('/patient'));
    await delivery(id, ({ attempts }) => attempts.length === 2); // The third would come after five minutes.
    await redeliver(id);
    await receiver.until('/patient', 3);
    await delivery(id, ({ status }) => status === 'delivered');
  });

  it.each(['whd_odd', `whd_${'0'.repeat(26)}_0`])('there is no %s', async (id) => {
    expect((await api.call(`/v1/webhooks/deliveries/${id}/redeliver`, { method: 'POST' })).status).toBe(404);
  });
});
