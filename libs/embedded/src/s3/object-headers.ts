import type { IncomingHttpHeaders } from 'node:http';
import type { PutCondition } from './object-index.ts';
import { S3Error } from './s3-error.ts';

const KEPT = [
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'cache-control',
  'expires',
];

/** The headers that belong to an object: content headers and user metadata. */
export function storedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => KEPT.includes(name) || name.startsWith('x-amz-meta-'));
  return Object.fromEntries(
    kept
      .map(([name, value]) => [
        name,
        name === 'content-encoding' ? String(value).replace(/aws-chunked,?\s*/, '') : String(value),
      ])
      .filter(([, value]) => value !== ''),
  ) as Record<string, string>;
}

/** If-None-Match: * and If-Match: an ETag. Throws S3Error for other forms. */
export function condition(headers: IncomingHttpHeaders): PutCondition {
  const none = headers['if-none-match'];
  const match = headers['if-match'];
  if (none !== undefined && none !== '*')
    throw new S3Error('NotImplemented', `If-None-Match is ${none}; a put takes * only`);
  return {
    ...(none === undefined ? {} : { ifNoneMatch: true }),
    ...(match === undefined ? {} : { ifMatch: match.replaceAll('"', '') }),
  };
}

/** One range of RFC 9110; undefined for none. Throws S3Error InvalidRange when it begins beyond the end. */
export function parseByteRange(header: string | undefined, bytes: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (start >= bytes || start > end)
    throw new S3Error('InvalidRange', `the range ${header} is not within ${bytes} bytes`);
  return { start, end };
}
