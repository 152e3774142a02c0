import type { FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';

/**
 * A browser sends the cookie with whatever a page makes it send, so what changes anything has to come from a page of this
 * service. Throws GenerationError `forbidden` when the request does not say so. `base`: where the service is.
 */
export function requireSameOrigin(request: FastifyRequest, base: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin === undefined ? site === 'same-origin' : isOwn(origin, request.host, base)) return;
  const words = origin === undefined ? 'without Origin' : `from ${origin.slice(0, 200)}`;
  throw new GenerationError(
    'forbidden',
    `${request.method} with a session's cookie came ${words}; only pages of ${new URL(base).host} may send it, others an API key`,
  );
}

/** The names are compared, not the schemes: a proxy may end TLS. */
function isOwn(origin: string, host: string, base: string): boolean {
  if (!URL.canParse(origin)) return false;
  const named = new URL(origin).host;
  return named !== '' && (named === host || named === new URL(base).host);
}
