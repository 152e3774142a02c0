import type { FastifyRequest } from 'fastify';
import type { GatewayEnvironment } from '../env.ts';
import type { LinkContext } from '../generations/generation-view.ts';

/** Links of an answer start with MEDLEY_PUBLIC_URL, else with the host that the request named. */
export function linksOf(request: FastifyRequest, environment: GatewayEnvironment): LinkContext {
  const base = environment.MEDLEY_PUBLIC_URL?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`;
  return { base, secret: environment.MEDLEY_SECRET };
}
