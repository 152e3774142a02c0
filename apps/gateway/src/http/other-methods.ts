import type { FastifyInstance, HTTPMethods } from 'fastify';
import { GenerationError } from '@medley/domain';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Remembers the methods of every route; `answerTheRest` then gives each path 405 with Allow for the others, and OPTIONS. */
export function watchRoutes(fastify: FastifyInstance): { answerTheRest(): void } {
  const routes = new Map<string, Set<HTTPMethods>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    routes.set(url, methods);
  });
  return {
    answerTheRest() {
      for (const [url, known] of [...routes]) answerOthers(fastify, url, new Set(known));
    },
  };
}

/** Before the key is asked for and the body is read. */
function answerOthers(fastify: FastifyInstance, url: string, known: ReadonlySet<HTTPMethods>): void {
  const allow = [...known, 'OPTIONS'].join(', ');
  fastify.route({
    method: METHODS.filter((method) => !known.has(method)),
    url,
    config: { open: true },
    onRequest: (request, reply, done) => {
      void reply.header('allow', allow);
      if (request.method === 'OPTIONS') void reply.status(204).send();
      else done(new GenerationError('method_not_allowed', `${request.method} is not answered here; ${allow} are`));
    },
    handler: () => undefined,
  });
}
