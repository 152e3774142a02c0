import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope } from './api-key.ts';
import type { Caller, Gate } from './gate.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without an API key. */
    open?: boolean;
    /** Scope that the API key needs; `read` for GET, `generate` for the others where none is named. */
    scope?: Scope;
  }
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** A route that needs no API key, or asks for it itself. */
export const Open = () => RouteConfig({ open: true });

/** A route that needs another scope than its method says. */
export const Scoped = (scope: Scope) => RouteConfig({ scope });

/** Every route that is not open passes the gate, before its body is read. */
export function requireKeys(fastify: FastifyInstance, gate: Gate): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const { open, scope } = request.routeOptions.config;
    if (request.is404 || open === true) return;
    const usual = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'generate';
    callers.set(request, await gate.admit(request, reply, scope ?? usual));
  });
}

/** The API key that sent the request, with its limits. */
export const SentBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller => callerOf(context));

/** The id of the API key that sent the request. */
export const Owner = createParamDecorator((_: unknown, context: ExecutionContext): string => callerOf(context).key.id);

function callerOf(context: ExecutionContext): Caller {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new Error('an open route asks for its caller');
  return caller;
}
