import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { KeyRing } from './key-ring.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without an API key. */
    open?: boolean;
  }
}

const owners = new WeakMap<FastifyRequest, string>();

/** A route that needs no API key, or asks for it itself. */
export const Open = () => RouteConfig({ open: true });

/** Every route that is not open needs a valid API key; it is looked at before the body is read. */
export function requireKeys(fastify: FastifyInstance, keys: KeyRing): void {
  fastify.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.open === true) return;
    owners.set(request, (await keys.authenticate(request.headers.authorization)).id);
  });
}

/** The id of the API key that sent the request. */
export const Owner = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const owner = owners.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (owner === undefined) throw new Error('an open route asks for its owner');
  return owner;
});
