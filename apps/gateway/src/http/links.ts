import type { FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import type { LinkContext } from '../generations/generation-view.ts';

/** Links of an answer start with MEDLEY_PUBLIC_URL, else with the host that the request named. Throws GenerationError `invalid_request` where it named none. */
export function linksOf(request: FastifyRequest, environment: GatewayEnvironment): LinkContext {
  const { MEDLEY_PUBLIC_URL: url, MEDLEY_SECRET: secret } = environment;
  if (url !== undefined) return { base: url.replace(/\/$/, ''), secret };
  if (request.host === '')
    throw new GenerationError('invalid_request', 'the header Host is missing; the links of the answer begin with it');
  return { base: `${request.protocol}://${request.host}`, secret };
}
