import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { signalOf } from './request-signal.ts';

let server: FastifyInstance;
/** The signal of one request, which is asked for at once or when its client is gone. */
let signal: PromiseWithResolvers<AbortSignal>;

beforeEach(async () => {
  signal = Promise.withResolvers();
  server = fastify();
  server.get('/:when', async (request, reply) => {
    const closed = once(reply.raw, 'close');
    if ((request.params as { when: string }).when === 'late') await closed;
    signal.resolve(signalOf(reply));
    return reply.hijack();
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

function ask(path: string) {
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  return socket;
}

it('is aborted when the client goes away', async () => {
  const socket = ask('/now');
  const given = await signal.promise;
  expect(given.aborted).toBe(false);
  const aborted = once(given, 'abort');
  socket.destroy();
  await aborted;
});

it('is aborted for a client that went before anybody asked', async () => {
  ask('/late').end();
  expect((await signal.promise).aborted).toBe(true);
});
