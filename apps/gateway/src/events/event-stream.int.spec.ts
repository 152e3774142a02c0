import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStream } from './event-stream.ts';

const HEARTBEAT_MILLISECONDS = 20;

let server: Server;
let stream: EventStream;
let response: ServerResponse;
let client: IncomingMessage;

beforeEach(async () => {
  const opened = Promise.withResolvers<void>();
  server = createServer((_request, answer) => {
    const gone = new AbortController();
    answer.once('close', () => gone.abort(new Error('the client is gone')));
    response = answer;
    stream = new EventStream(answer, gone.signal, { heartbeatMilliseconds: HEARTBEAT_MILLISECONDS });
    opened.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  request.on('error', () => undefined);
  [client] = (await once(request, 'response')) as [IncomingMessage];
  client.on('error', () => undefined);
  await opened.promise;
});
afterEach(() => {
  stream.end();
  client.destroy();
  server.closeAllConnections();
  server.close();
});

/** What the client is sent until a condition over it holds. */
async function received(enough: (words: string) => boolean): Promise<string> {
  let words = '';
  for await (const part of client.setEncoding('utf8')) {
    words += part as string;
    if (enough(words)) return words;
  }
  return words;
}

describe('a stream of events', () => {
  it('beats while nothing happens, so that nobody between takes it for dead', async () => {
    const words = await received((so) => so.split(': heartbeat\n\n').length > 3);
    expect(words).toMatch(/^(: heartbeat\n\n){3}/);
  });

  it('beats no more once it has ended, and says when to come back', async () => {
    stream.end(2);
    const words = await received(() => false);
    expect(words).toMatch(/^(: heartbeat\n\n)*retry: 2000\n\n$/);
  });

  it('gives up a client that takes nothing while four beats pass, with what waits for it', async () => {
    client.pause();
    const closed = once(response, 'close');
    const sending = (async () => {
      for (;;) await stream.send('step', { filler: 'x'.repeat(64 * 1024) });
    })();
    await expect(sending).rejects.toThrow();
    await closed;
    expect(response.destroyed).toBe(true);
  });
});
