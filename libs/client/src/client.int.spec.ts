import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MedleyClient } from './client.ts';

const KEY = 'mdl_of_a_test';
const BODY = { conditions: [{ type: 'text', text: 'a dog' }], outputs: [{ type: 'image' }] } as never;
type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that gives one answer after the other, the last one again and again, and keeps what it was asked. */
class ScriptedServer {
  readonly requests: IncomingMessage[] = [];
  answers: Answer[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
      request.resume().once('end', () => answer(response, request));
    });
  }

  static async start(): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const busy = (status: number) =>
  json(status, { code: 'queue_unavailable', detail: 'in a moment' }, { 'retry-after': '0' });
const reset: Answer = (response) => void response.socket!.resetAndDestroy();

let service: ScriptedServer;
let client: MedleyClient;

beforeEach(async () => {
  service = await ScriptedServer.start();
  client = new MedleyClient({ url: service.url, key: KEY, retries: 2 });
});
afterEach(() => service.close());

const asked = (header: string) => service.requests.map(({ headers }) => headers[header]);

describe('requests of the client', () => {
  it.each([429, 502, 503, 504])('are sent again after %s, under the same idempotency key', async (status) => {
    service.answers = [busy(status), busy(status), json(202, { id: 'gen_1', status: 'queued' })];
    expect(await client.create(BODY)).toMatchObject({ id: 'gen_1' });
    expect(service.requests).toHaveLength(3);
    expect(new Set(asked('idempotency-key')).size).toBe(1);
    expect(asked('idempotency-key')[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('are sent again when the connection breaks', async () => {
    service.answers = [reset, json(200, { id: 'gen_1', status: 'queued' })];
    expect(await client.get('gen_1')).toMatchObject({ id: 'gen_1' });
    expect(service.requests).toHaveLength(2);
  });

  const made = { id: 'key_1', key: 'mdl_new' };
  it.each([
    ['a broken connection', reset],
    ['502', busy(502)],
    ['503 without Retry-After', json(503, { code: 'internal' })],
  ])('that would make a second key are not sent again after %s', async (_name, answer) => {
    service.answers = [answer, json(201, made)];
    await expect(client.createKey({ name: 'one' })).rejects.toMatchObject({ name: 'ServiceError' });
    expect(service.requests).toHaveLength(1);
  });

  it.each([429, 503])('that make a key are sent again after %s, which did nothing', async (status) => {
    service.answers = [busy(status), json(201, made)];
    expect(await client.createKey({ name: 'one' })).toEqual(made);
  });

  it('end with the words of the service when it stays busy', async () => {
    service.answers = [busy(503)];
    const busyEnd = { status: 503, code: 'queue_unavailable', message: 'in a moment' };
    await expect(client.get('gen_1')).rejects.toMatchObject(busyEnd);
    expect(service.requests).toHaveLength(3);
  });

  it('are sent once when the service refuses them', async () => {
    service.answers = [json(422, { code: 'unsupported_by_bundle', detail: 'no', pointer: '/outputs/0' })];
    await expect(client.create(BODY)).rejects.toMatchObject({ status: 422, pointer: '/outputs/0' });
    expect(service.requests).toHaveLength(1);
  });

  it('name the service that does not answer', async () => {
    const { url } = service;
    await service.close();
    const unreachable = { code: 'unreachable', message: expect.stringContaining(`${url} does not answer: `) };
    await expect(client.get('gen_1')).rejects.toMatchObject(unreachable);
    service = await ScriptedServer.start();
  });

  it('are given up at once when they are aborted while they wait for their turn', async () => {
    service.answers = [json(503, { code: 'queue_unavailable' }, { 'retry-after': '600' })];
    const stop = new AbortController();
    const given = expect(client.get('gen_1', stop.signal)).rejects.toThrow('enough');
    while (service.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('enough'));
    await given;
  });
});

describe('events of the client', () => {
  const frame = (id: string, type: string) => `id: ${id}\nevent: ${type}\ndata: {}\n\n`;
  /** Sends events, then breaks the connection or ends it in order. */
  const stream =
    (events: string, end: 'breaks' | 'ends'): Answer =>
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(events, () => (end === 'ends' ? response.end() : response.socket!.resetAndDestroy()));
    };

  async function types(): Promise<string[]> {
    const seen: string[] = [];
    for await (const { type, id } of client.events('gen_1')) seen.push(`${id} ${type}`);
    return seen;
  }

  it.each(['breaks', 'ends'] as const)('go on after the last one when the connection %s', async (end) => {
    service.answers = [
      stream(frame('1-0', 'accepted') + frame('1-1', 'stage'), end),
      json(200, { id: 'gen_1', status: 'diffusing' }),
      stream(frame('1-2', 'step') + frame('1-3', 'succeeded'), 'ends'),
    ];
    expect(await types()).toEqual(['1-0 accepted', '1-1 stage', '1-2 step', '1-3 succeeded']);
    expect(asked('last-event-id')).toEqual([undefined, undefined, '1-1']);
    expect(new Set(asked('authorization'))).toEqual(new Set([`Bearer ${KEY}`]));
  });

  it.each(['breaks', 'ends'] as const)(
    'go on to the terminal one when it comes after the connection %s',
    async (end) => {
      service.answers = [
        stream(frame('1-0', 'accepted'), end),
        json(200, { id: 'gen_1', status: 'succeeded' }),
        stream(frame('1-1', 'stage') + frame('1-2', 'succeeded'), 'ends'),
      ];
      expect(await types()).toEqual(['1-0 accepted', '1-1 stage', '1-2 succeeded']);
      expect(asked('last-event-id')).toEqual([undefined, undefined, '1-0']);
    },
  );

  it('end without a terminal one where the generation has ended and the log is gone', async () => {
    service.answers = [stream('', 'ends'), json(200, { id: 'gen_1', status: 'failed' })];
    expect(await types()).toEqual([]);
  });

  it('are not asked for again where there is no such generation', async () => {
    service.answers = [json(404, { code: 'not_found', detail: 'there is no generation "gen_1"' })];
    await expect(types()).rejects.toMatchObject({ status: 404, code: 'not_found' });
    expect(service.requests).toHaveLength(1);
  });
});

describe('a generation of the client', () => {
  const ended = (status: string, rest: object = {}) => json(200, { id: 'gen_1', status, outputs: [], ...rest });
  const stream: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const preview = '{"output":"image","sample":0,"step":1,"image":"data:image/webp;base64,"}';
    response.end(
      `id: 1-0\nevent: accepted\ndata: {}\n\nevent: preview\ndata: ${preview}\n\nid: 1-1\nevent: succeeded\ndata: {}\n\n`,
    );
  };
  const accepted = json(202, { id: 'gen_1', status: 'queued' });

  it('is awaited until it has succeeded', async () => {
    service.answers = [accepted, stream, ended('succeeded')];
    expect(await client.generate(BODY)).toMatchObject({ id: 'gen_1', status: 'succeeded' });
    expect(service.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/generations',
      'GET /v1/generations/gen_1/events',
      'GET /v1/generations/gen_1',
    ]);
  });

  it('tells its events and previews, then how it ended', async () => {
    service.answers = [accepted, stream, stream, ended('failed', { error: { code: 'gone', message: 'in words' } })];
    const run = client.generate(BODY);
    const seen: string[] = [];
    for await (const event of run) seen.push(event.type === 'preview' ? `${event.output} ${event.step}` : event.type);
    expect(seen).toEqual(['accepted', 'image 1', 'succeeded']);
    expect(await run.accepted).toMatchObject({ id: 'gen_1' });
    await expect(run).rejects.toMatchObject({ code: 'gone', message: 'in words' });
  });

  it('that is refused is told to whoever awaits it or iterates over it', async () => {
    service.answers = [json(422, { code: 'unsupported_by_bundle', detail: 'no', pointer: '/steps' })];
    const run = client.generate(BODY);
    await expect(run).rejects.toMatchObject({ pointer: '/steps' });
    await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({ pointer: '/steps' });
  });

  it('is told of by a snapshot where the log no longer begins, without a place in it', async () => {
    const snapshot: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: snapshot\ndata: {"id":"gen_1"}\n\nid: 2-9\nevent: succeeded\ndata: {}\n\n');
    };
    service.answers = [snapshot];
    const events = [];
    for await (const event of client.events('gen_1')) events.push(event);
    expect(events).toEqual([
      { type: 'snapshot', generation: { id: 'gen_1' } },
      { type: 'succeeded', id: '2-9' },
    ]);
  });
});

describe('uploads of the client', () => {
  const file = new Blob([new Uint8Array(300_000)], { type: 'audio/wav' });

  it('tell how far they are, and are sent again after a fault: equal bytes are stored once', async () => {
    service.answers = [busy(503), reset, json(201, { id: 'ast_1' })];
    const told: number[][] = [];
    expect(await client.upload(file, { onProgress: (...sent) => void told.push(sent) })).toEqual({ id: 'ast_1' });
    expect(told.at(-1)).toEqual([300_000, 300_000]);
    expect(asked('content-type')).toEqual(['audio/wav', 'audio/wav', 'audio/wav']);
  });

  it('are sent by the fetch that the client was given, like all else', async () => {
    service.answers = [json(201, { id: 'ast_1' })];
    const sent: string[] = [];
    const own: typeof fetch = (url, init) => {
      sent.push(`${init?.method} ${new URL(url as URL).pathname}`);
      return fetch(url, init);
    };
    const told: number[][] = [];
    const onProgress = (...progress: [number, number]) => void told.push(progress);
    await new MedleyClient({ url: service.url, fetch: own }).upload(file, { onProgress });
    expect(sent).toEqual(['POST /v1/assets']);
    expect(told.at(-1)).toEqual([300_000, 300_000]);
  });

  it('of a file of no known type leave it to the service to find out', async () => {
    service.answers = [json(201, { id: 'ast_1' })];
    await client.upload(new Blob(['x']));
    expect(asked('content-type')).toEqual(['application/octet-stream']);
  });
});

describe('a client without a key', () => {
  it('sends no authorization: a page has the cookie of its session', async () => {
    service.answers = [json(200, { id: 'gen_1', status: 'queued' })];
    await new MedleyClient({ url: service.url }).get('gen_1');
    expect(asked('authorization')).toEqual([undefined]);
  });
});

describe('downloads of the client', () => {
  const file = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, at) => at % 251));
  const breaks =
    (status: number, headers: Record<string, string>, part: Buffer): Answer =>
    (response) => {
      response.writeHead(status, headers);
      response.write(part, () => response.socket!.destroy());
    };
  const whole = { 'content-length': String(file.byteLength), etag: '"one"' };
  const rest = (start: number, tag = '"one"') => ({
    'content-length': String(file.byteLength - start),
    'content-range': `bytes ${start}-${file.byteLength - 1}/${file.byteLength}`,
    etag: tag,
  });
  const download = async () => Buffer.from(await client.download('/v1/generations/gen_1/outputs/0'));

  it('go on where the connection broke', async () => {
    service.answers = [
      breaks(200, whole, file.subarray(0, 40_000)),
      (response, { headers }) => {
        const start = Number(/^bytes=(\d+)-$/.exec(headers.range!)![1]);
        response.writeHead(206, rest(start)).end(file.subarray(start));
      },
    ];
    expect((await download()).equals(file)).toBe(true);
    expect(asked('if-range')).toEqual([undefined, '"one"']);
  });

  it.each([
    ['is another one by now', whole],
    ['has no tag', { 'content-length': String(file.byteLength) }],
    ['has a weak tag', { ...whole, etag: 'W/"one"' }],
  ])('begin anew when the file %s', async (_, headers) => {
    service.answers = [
      breaks(200, headers, Buffer.alloc(1_000)),
      (response) => response.writeHead(200, { ...whole, etag: '"two"' }).end(file),
    ];
    expect((await download()).equals(file)).toBe(true);
  });

  it('end with how far they came when the connection breaks again and again', async () => {
    service.answers = [breaks(200, whole, Buffer.alloc(0))];
    await expect(download()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`${service.url} broke off after 0 bytes: `),
    });
    expect(service.requests).toHaveLength(3);
  });

  it('send the key to the service alone: not to a link elsewhere, nor where a redirect leads', async () => {
    const storage = await ScriptedServer.start();
    try {
      storage.answers = [(response) => response.end('a file')];
      service.answers = [(response) => response.writeHead(302, { location: `${storage.url}/signed?x=1` }).end()];
      expect(Buffer.from(await client.download(`${storage.url}/signed?x=1`)).toString()).toBe('a file');
      expect((await download()).toString()).toBe('a file');
      expect(asked('authorization')).toEqual([`Bearer ${KEY}`]);
      expect(storage.requests.map(({ headers, url }) => [url, headers.authorization])).toEqual([
        ['/signed?x=1', undefined],
        ['/signed?x=1', undefined],
      ]);
      // Another port, scheme or spelling of the host is another origin.
      const twin = service.url.replace('127.0.0.1', 'localhost');
      await client.download(`${twin.replace(/:\d+$/, '')}:${new URL(storage.url).port}/x`);
      expect(storage.requests.at(-1)!.headers.authorization).toBeUndefined();
    } finally {
      await storage.close();
    }
  });
});
