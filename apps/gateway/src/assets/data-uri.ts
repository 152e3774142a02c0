import { GenerationError, SUBMISSION_LIMITS } from '@medley/domain';

/** RFC 2397 in base64: the bytes and the declared content type. */
export function decodeDataUri(uri: string, pointer: string): [Uint8Array, string] {
  const comma = uri.indexOf(',');
  const encoded = uri.slice(comma + 1);
  if ((encoded.length * 3) / 4 > SUBMISSION_LIMITS.inlineBytes + 4) {
    throw new GenerationError(
      'payload_too_large',
      `${pointer} holds about ${Math.round((encoded.length * 3) / 4)} bytes; inline files may have ${SUBMISSION_LIMITS.inlineBytes}: upload it to /v1/assets`,
      { pointer },
    );
  }
  const digits = encoded.replace(/={1,2}$/, '').length;
  if (digits % 4 === 1 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded))
    throw new GenerationError('invalid_request', `${pointer} is not base64`, { pointer });
  const bytes = Buffer.from(encoded, 'base64');
  return [bytes, uri.slice('data:'.length, uri.indexOf(';'))];
}
