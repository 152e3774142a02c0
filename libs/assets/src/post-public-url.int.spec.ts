import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postPublicUrl } from './post-public-url.ts';

let server: Server;
let base: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
const never = new AbortController().signal;
const allowed = ['127.0.0.1'];
const sent = { headers: { 'content-type': 'application/json' }, body: '{}' };

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe('postPublicUrl', () => {
  it('sends the body and answers the status', async () => {
    let received = '';
    answer = async (request, response) => {
      received = `${request.method} ${request.headers['content-type']} ${await text(request)}`;
      response.writeHead(201, { 'retry-after': '7' }).end('done');
    };
    const outcome = await postPublicUrl(`${base}/hook`, sent, { seconds: 5, allowed }, never);
    expect(outcome).toEqual({ type: 'answered', status: 201, retryAfter: '7' });
    expect(received).toBe('POST application/json {}');
  });

  it('follows no redirect', async () => {
    let asked = 0;
    answer = (_request, response) => {
      asked += 1;
      response.writeHead(307, { location: `${base}/elsewhere` }).end();
    };
    const outcome = await postPublicUrl(base, sent, { seconds: 5, allowed }, never);
    expect(outcome).toEqual({ type: 'answered', status: 307 });
    expect(asked).toBe(1);
  });

  it('reads nothing of an answer that never ends', async () => {
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.writeHead(200).write('x'.repeat(100_000));
      response.once('close', resolve);
    };
    const outcome = await postPublicUrl(base, sent, { seconds: 5, allowed }, never);
    expect(outcome).toEqual({ type: 'answered', status: 200 });
    await cut;
  });

  it('waits for the head of the answer as long as it may', async () => {
    answer = () => undefined;
    const outcome = await postPublicUrl(base, sent, { seconds: 0.2, allowed }, never);
    expect(outcome).toEqual({ type: 'timeout', reason: 'no answer within 0.2 s' });
  });

  it.each([
    ['http://127.0.0.1:1/', '127.0.0.1 is not a public address'],
    ['http://2130706433/', '127.0.0.1 is not a public address'],
    ['http://0177.0.0.1/', '127.0.0.1 is not a public address'],
    ['http://[::127.0.0.1]/', '::7f00:1 is not a public address'],
    ['http://[::ffff:169.254.169.254]/', 'is not a public address'],
    ['http://localhost:1/', 'localhost resolves to no public address'],
    ['http://user:password@example.com/', 'user name or password'],
    ['ftp://example.com/', 'ftp is not http or https'],
  ])('does not connect to %s', async (url, words) => {
    const outcome = await postPublicUrl(url, sent, { seconds: 5, allowed: [] }, never);
    expect(outcome.type).toBe('refused');
    expect('reason' in outcome ? outcome.reason : '').toContain(words);
  });

  it('tells who can not be reached', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const outcome = await postPublicUrl(`http://127.0.0.1:${port}`, sent, { seconds: 5, allowed }, never);
    expect(outcome.type).toBe('unreachable');
    expect('reason' in outcome ? outcome.reason : '').toContain('ECONNREFUSED');
  });

  it('rejects with the reason of its signal', async () => {
    const stop = new AbortController();
    answer = () => stop.abort(new Error('enough'));
    await expect(postPublicUrl(base, sent, { seconds: 5, allowed }, stop.signal)).rejects.toThrow('enough');
  });
});
