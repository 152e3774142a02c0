import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import { mayDo, type ApiKey, type Scope } from './api-key.ts';
import type { KeyRing } from './key-ring.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without an API key. */
    open?: boolean;
    /** Scope that the API key needs; `read` for GET, `generate` for the others where none is named. */
    scope?: Scope;
  }
}

const callers = new WeakMap<FastifyRequest, ApiKey>();

/** A route that needs no API key, or asks for it itself. */
export const Open = () => RouteConfig({ open: true });

/** A route that needs another scope than its method says. */
export const Scoped = (scope: Scope) => RouteConfig({ scope });

/** Every route that is not open needs a valid API key with its scope; it is looked at before the body is read. */
export function requireKeys(fastify: FastifyInstance, keys: KeyRing): void {
  fastify.addHook('onRequest', async (request) => {
    const { open, scope } = request.routeOptions.config;
    if (request.is404 || open === true) return;
    const { key } = await keys.authenticate(request.headers.authorization);
    requireScope(key, scope ?? (request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'generate'), request);
    callers.set(request, key);
  });
}

/** Throws GenerationError `forbidden`. */
function requireScope(key: ApiKey, scope: Scope, { method, routeOptions }: FastifyRequest): void {
  if (mayDo(key, scope)) return;
  const has = key.scopes.join(', ');
  throw new GenerationError(
    'forbidden',
    `this API key has the scopes ${has}; ${method} ${routeOptions.url} needs ${scope}`,
  );
}

/** The id of the API key that sent the request. */
export const Owner = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (key === undefined) throw new Error('an open route asks for its owner');
  return key.id;
});
