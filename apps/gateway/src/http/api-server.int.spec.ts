import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Post } from '@nestjs/common';
import { createLogger, passingTracing } from '@medley/runtime';
import { Open } from '../keys/authentication.ts';
import { ApiServer } from './api-server.ts';
import { JSON_BODY_BYTES } from './body-parsers.ts';

const reached = Promise.withResolvers<void>();

@Controller('open')
class OpenController {
  @Get()
  @Open()
  read(): { answers: true } {
    return { answers: true };
  }

  /** It is never answered. */
  @All('held')
  @Open()
  hold(): Promise<void> {
    reached.resolve();
    return new Promise(() => undefined);
  }

  @Post()
  @Open()
  write(): { took: true } {
    return { took: true };
  }
}
class OpenModule {}

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.listen({
    module: { module: OpenModule, controllers: [OpenController] },
    host: '127.0.0.1',
    port: 0,
    gate: undefined as never, // No route here asks for a key.
    tracing: passingTracing,
    trustedProxies: [],
    logger: createLogger({ name: 'test', level: 'fatal' }),
    bodyBytes: JSON_BODY_BYTES,
    assetBytes: 1024,
    observe: () => undefined,
    patience: { headerMilliseconds: 400, requestMilliseconds: 800 },
  });
});
afterAll(async () => {
  server.stop();
  await server.close();
});

/** Says something on a connection of its own, and then nothing more. */
async function say(words: string): Promise<Socket> {
  const { hostname, port } = new URL(server.address);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  socket.write(words);
  return socket;
}

const LATE = /^HTTP\/1\.1 408 Request Timeout\r\n(.*\r\n)*\r\n\{.*"the request did not arrive in time".*\}$/;
const HEAD = 'POST /open HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

describe('bodies that come at once', () => {
  const chunkedPost = () => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob(['{}']).stream(),
    duplex: 'half' as const,
  });
  const post = async (bytes: number) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify('x'.repeat(bytes - 2));
    const response = await fetch(`${server.address}/open`, { method: 'POST', headers, body });
    return { status: response.status, later: response.headers.get('retry-after'), body: await response.text() };
  };

  it('are held up to so many bytes, but for small ones; others are told to come again', async () => {
    const held = JSON_BODY_BYTES - 100_000;
    const first = await say(`${HEAD}content-length: ${held}\r\nexpect: 100-continue\r\n\r\n`);
    await once(first, 'data');
    const refused = await post(50_001 + 64 * 1024);
    expect([refused.status, refused.later]).toEqual([503, '2']);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'overloaded',
      detail: `bodies of ${held} bytes are being worked on, and this one has 115537; ${JSON_BODY_BYTES} are held at once: try again, or upload files to /v1/assets`,
    });
    expect((await post(64 * 1024)).status).toBe(201);
    // One whose length is not told counts in full until it is here.
    const chunked = async () => (await fetch(`${server.address}/open`, chunkedPost())).status;
    expect(await chunked()).toBe(503);
    first.destroy();
    let { status } = await post(150_000);
    while (status === 503) ({ status } = await post(150_000));
    expect(status).toBe(201);
    expect((await post(150_000)).status).toBe(201);
    expect(await chunked()).toBe(201);
    const waiting = await say(
      `${HEAD.replace('/open', '/open/held')}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    );
    await reached.promise;
    expect((await post(JSON_BODY_BYTES - 10)).status).toBe(201);
    waiting.destroy();
  });

  it('are held no longer when their connection has ended, whatever they waited for', async () => {
    const held = JSON_BODY_BYTES - 100_000;
    const client = await say(
      `GET /open/held HTTP/1.1\r\nhost: localhost\r\n\r\n${HEAD}content-length: ${held}\r\n\r\n`,
    );
    while ((await post(150_000)).status !== 503);
    client.destroy();
    while ((await post(150_000)).status === 503);
  });
});

describe('a client that sends its request slowly', () => {
  it.each([
    ['stops in its header fields', `${HEAD}x-never-ends: `],
    ['stops in its first line', 'GET /op'],
    ['stops in its body', `${HEAD}content-length: 1000\r\n\r\n{`],
    ['stops in a chunk of its body', `${HEAD}transfer-encoding: chunked\r\n\r\n10\r\n{`],
    ['says nothing at all', ''],
  ])('is answered 408 in words, and cut off, when it %s', async (_, words) => {
    const socket = await say(words);
    const answer = await text(socket); // Resolves when the server has ended the connection.
    expect(answer).toMatch(LATE);
    socket.destroy();
  });

  it('takes nobody else’s place', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, () => say(HEAD)));
    const answer = await fetch(`${server.address}/open`);
    expect(await answer.json()).toEqual({ answers: true });
    for (const socket of slow) expect(await text(socket)).toMatch(LATE);
  });
});
