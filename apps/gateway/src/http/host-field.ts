import type { FastifyInstance } from 'fastify';
import { GenerationError } from '@medley/domain';

const HOST = /^(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/** Refuses a request whose Host names no host (RFC 9112, section 3.2), before any link is made of it. It may be missing before HTTP/1.1. */
export function refuseOddHosts(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { host } = request;
    if (host === '' || (HOST.test(host) && URL.canParse(`http://${host}`))) done();
    else
      done(
        new GenerationError('invalid_request', `the header Host is "${host.slice(0, 80)}"; it is host or host:port`),
      );
  });
}
