import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GenerationEvent } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

interface Message {
  id?: string;
  event?: string;
  data?: Record<string, unknown>;
  retry?: string;
}

/** The messages of a stream as they come. */
async function* messages(response: Response): AsyncGenerator<Message, void, undefined> {
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const fields = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const named = fields.map((field) => [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 2)]);
      const { data, ...message } = Object.fromEntries(named) as Record<string, string>;
      yield { ...message, ...(data === undefined ? {} : { data: JSON.parse(data) as Record<string, unknown> }) };
    }
  }
}

const follow = (id: string, lastId?: string, from = gateway) =>
  from.call(`/v1/generations/${id}/events`, { headers: lastId === undefined ? {} : { 'last-event-id': lastId } });
async function seen(id: string, lastId?: string): Promise<Message[]> {
  const all: Message[] = [];
  for await (const message of messages(await follow(id, lastId))) all.push(message);
  return all;
}
const step = (number: number): GenerationEvent => ({ type: 'step', step: number, steps: 10, outputs: ['image'] });

describe('GET /v1/generations/{id}/events', () => {
  it('tells all from the start, then what happens, until the end', async () => {
    const id = await gateway.accept();
    const stream = messages(await follow(id));
    expect((await stream.next()).value).toMatchObject({ id: '1-0', event: 'accepted' });
    await backends.ports.events.append(id, 1, step(1));
    expect((await stream.next()).value).toEqual({ id: '1-1', event: 'step', data: step(1) });
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    expect((await stream.next()).value).toMatchObject({ id: '1-2', event: 'succeeded' });
    expect((await stream.next()).done).toBe(true);
  });

  // A heartbeat comes after 15 seconds.
  it('ends at the next heartbeat when the key was revoked, or the session ended', async () => {
    const { body: key } = await gateway.json<{ id: string; key: string }>('/v1/admin/keys', { json: { name: 'gone' } });
    const headers = { authorization: `Bearer ${key.key}` };
    const { body } = await gateway.json<{ id: string }>('/v1/generations', { json: PICTURE, headers });
    const stream = messages(await gateway.call(`/v1/generations/${body.id}/events`, { headers }));
    const id = await gateway.accept();
    const signedIn = await gateway.call('/v1/session', { method: 'POST' });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const page = messages(await fetch(gateway.url(`/v1/generations/${id}/events`), { headers: { cookie } }));
    const streams = [stream, page];
    for (const one of streams) expect((await one.next()).value).toMatchObject({ event: 'accepted' });
    await gateway.call(`/v1/admin/keys/${key.id}`, { method: 'DELETE' });
    const origin = gateway.url('/').origin;
    await fetch(gateway.url('/v1/session'), { method: 'DELETE', headers: { cookie, origin } });
    for (const one of streams) {
      const rest: Message[] = [];
      for await (const message of one) rest.push(message);
      expect(rest.at(-1)).toEqual({ retry: '1000' });
    }
    expect((await gateway.call(`/v1/generations/${body.id}/events`, { headers })).status).toBe(401);
  }, 60_000);

  it('resumes after Last-Event-ID', async () => {
    const id = await gateway.accept();
    for (const number of [1, 2, 3]) await backends.ports.events.append(id, 1, step(number));
    await backends.commit(id, { status: 'canceled' });
    expect((await seen(id, '1-2')).map((message) => message.id)).toEqual(['1-3', '1-4']);
    expect(await seen(id, '1-4')).toEqual([]);
  });

  it('passes previews on, without an id, the last one to those who come later', async () => {
    const id = await gateway.accept();
    const preview = {
      type: 'preview',
      output: 'image',
      sample: 0,
      step: 1,
      image: 'data:image/webp;base64,AA==',
    } as const;
    await backends.ports.events.preview(id, preview);
    const stream = messages(await follow(id));
    await stream.next();
    expect((await stream.next()).value).toEqual({ event: 'preview', data: preview });
    await backends.ports.events.preview(id, { ...preview, step: 2 });
    expect((await stream.next()).value).toEqual({ event: 'preview', data: { ...preview, step: 2 } });
    await stream.return();
  });

  it('begins with a snapshot where the log is gone, and tells the end all the same', async () => {
    const id = await gateway.accept();
    await backends.commit(id, { status: 'failed', error: new Error('x') });
    await backends.ports.events.remove(id);
    await backends.ports.live.remove(id);
    const [snapshot, end, ...rest] = await seen(id, '1-1');
    expect(snapshot).toMatchObject({ event: 'snapshot', data: { id, status: 'failed' } });
    expect(end).toMatchObject({ event: 'failed', data: { code: 'internal' } });
    expect(rest).toEqual([]);
  });

  it('begins with a snapshot while it runs, when ids were lost, and goes on', async () => {
    const id = await gateway.accept();
    await backends.ports.events.remove(id);
    const stream = messages(await follow(id, '1-5'));
    expect((await stream.next()).value).toMatchObject({ event: 'snapshot', data: { status: 'queued' } });
    await backends.commit(id, { status: 'canceled' });
    const event = (await stream.next()).value as Message;
    expect(event.event).toBe('canceled');
    expect(Number(event.id!.split('-')[1])).toBeGreaterThan(5);
  });

  it('gives no id to an end whose place in the log comes before what its client has seen', async () => {
    const id = await gateway.accept();
    const stream = messages(await follow(id, '1-9'));
    expect((await stream.next()).value).toMatchObject({ event: 'snapshot', data: { status: 'queued' } });
    await backends.commit(id, { status: 'canceled' });
    expect((await stream.next()).value).toEqual({ event: 'canceled', data: { type: 'canceled' } });
    expect((await stream.next()).done).toBe(true);
  });

  it('sends its clients away with a word when they should come back', async () => {
    const leaving = await TestGateway.start(backends, { MEDLEY_BOOTSTRAP_KEY: gateway.key });
    const id = await gateway.accept();
    const stream = messages(await follow(id, undefined, leaving));
    await stream.next();
    await leaving.close();
    expect((await stream.next()).value).toEqual({ retry: '1000' });
    expect((await stream.next()).done).toBe(true);
  });

  it('counts who listens', async () => {
    const id = await gateway.accept();
    const stream = messages(await follow(id));
    await stream.next();
    expect(await gateway.metrics.text()).toMatch(/^medley_event_clients\{[^}]*\} 1$/m);
    await stream.return();
  });

  it.each([
    ['another key', 'gen_'.padEnd(30, '0'), undefined, 404],
    ['an odd Last-Event-ID', undefined, 'yesterday', 400],
  ])('refuses %s', async (_name, id, lastId, status) => {
    expect((await follow(id ?? (await gateway.accept()), lastId)).status).toBe(status);
  });
});
