import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GenerationError, SUBMISSION_LIMITS } from '@medley/domain';
import { BodyBudget } from './body-budget.ts';

/** Bytes of a JSON body: one inline file of the greatest size in base64, and a mebibyte for the rest. */
export const JSON_BODY_BYTES = Math.ceil((SUBMISSION_LIMITS.inlineBytes * 4) / 3) + 1024 * 1024;

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const FORM_TYPE = /^multipart\/form-data\s*;/i;
/** Media that come as the whole body; what they are is found out from their bytes. */
const MEDIA_TYPES = /^(?:(?:image|audio|video)\/[\w.+-]+|application\/(?:octet-stream|ogg))\s*(?:;|$)/i;

/**
 * JSON (empty is undefined; keys like `__proto__` are refused), of which `bytes` are held at once, and raw media as a stream.
 * Everything else is 415.
 */
export function addBodyParsers(fastify: FastifyInstance, bytes: number): void {
  const budget = new BodyBudget(bytes);
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string', bodyLimit: JSON_BODY_BYTES },
    (request, body, done) => {
      budget.settle(Buffer.byteLength(body), request);
      if (body.length === 0) done(null, undefined);
      else void parseJson(request, body, (error, parsed) => done(readable(error), parsed));
    },
  );
  fastify.addContentTypeParser(MEDIA_TYPES, (_request, payload, done) => done(null, payload));
  fastify.addHook('preParsing', (request, reply, _payload, done) =>
    done(refuse(request) ?? budget.take(jsonBytes(request), request, reply)),
  );
}

function readable(error: Error | null): Error | null {
  if (error === null) return null;
  return new GenerationError('invalid_request', `the body is not JSON that is taken: ${error.message}`, {
    pointer: '',
    cause: error,
  });
}

/** What the parsers would not say in words. */
function refuse({ headers }: FastifyRequest): GenerationError | null {
  const length = Number(headers['content-length'] ?? 0);
  if (length === 0 && headers['transfer-encoding'] === undefined) return null;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    const words = `content-encoding is "${encoding}"; send the body as it is, without compression`;
    return new GenerationError('unsupported_media_type', words);
  }
  const type = headers['content-type'] ?? 'missing';
  if (![JSON_TYPE, FORM_TYPE, MEDIA_TYPES].some((known) => known.test(type))) {
    const words = `content-type is ${type}; send application/json, or a file to /v1/assets`;
    return new GenerationError('unsupported_media_type', words);
  }
  if (JSON_TYPE.test(type) && length > JSON_BODY_BYTES) {
    const words = `the body has ${length} bytes; ${JSON_BODY_BYTES} are taken: upload files to /v1/assets and name them by their id`;
    return new GenerationError('payload_too_large', words);
  }
  return null;
}

/** Of a JSON body; the greatest there may be where its length is not told. */
function jsonBytes({ headers }: FastifyRequest): number {
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) return 0;
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : JSON_BODY_BYTES;
}

/** Throws GenerationError `unsupported_media_type` unless the body came as JSON. */
export function expectJson({ headers }: FastifyRequest): void {
  const type = headers['content-type'];
  if (type !== undefined && JSON_TYPE.test(type)) return;
  throw new GenerationError('unsupported_media_type', `content-type is ${type ?? 'missing'}; send application/json`);
}
