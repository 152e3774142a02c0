import type { FastifyReply, FastifyRequest } from 'fastify';
import { chooseEncoding } from './choose-encoding.ts';
import type { PageFile } from './page-files.ts';

/** Everything that the page loads, and whomever it calls, is this service. Previews are `data:`, files at hand `blob:`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const DOCUMENT_HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(self), geolocation=()',
  'referrer-policy': 'no-referrer',
};

/** The document: asked for anew each time, which costs a 304. */
export function sendDocument(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers({ ...DOCUMENT_HEADERS, 'cache-control': 'no-cache' });
  return sendFile(file, request, reply);
}

/** A file whose name changes with its bytes: kept for ever. */
export function sendAsset(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.header('cache-control', 'public, max-age=31536000, immutable');
  return sendFile(file, request, reply);
}

function sendFile(
  { contentType, digest, bodies }: PageFile,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const offered = (['br', 'gzip'] as const).filter((encoding) => bodies[encoding] !== undefined);
  const encoding = chooseEncoding(request.headers['accept-encoding'], offered);
  const etag = `"${digest}-${encoding}"`;
  const vary = reply.hasHeader('vary') ? 'accept, accept-encoding' : 'accept-encoding';
  void reply.headers({ etag, vary, 'x-content-type-options': 'nosniff' });
  if (reply.statusCode === 200 && request.headers['if-none-match'] === etag) return reply.status(304).send();
  if (encoding !== 'identity') void reply.header('content-encoding', encoding);
  return reply.type(contentType).send(bodies[encoding]!);
}
