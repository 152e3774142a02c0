import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.ts';

/** AWS Signature Version 4 for S3, in the Authorization header or in the query. */

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

/** What the payload of a request is checked with. */
export interface SignedRequest {
  /** Hex sha256 of the body, or how it is streamed. */
  payload: string;
  /** Chunk signatures (STREAMING-AWS4-HMAC-SHA256-PAYLOAD) go on from these. */
  seed: { signature: string; signingKey: KeyObject; scope: string; date: string } | undefined;
}

const SKEW_MILLISECONDS = 15 * 60 * 1000;
const LONGEST_EXPIRY_SECONDS = 604_800;

/** Signing keys of one pair of credentials: that of the last day stays at hand. */
export class SigningKeys {
  readonly #credentials: Credentials;
  #last: { day: string; key: KeyObject } | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** Throws S3Error for a credential that is not of this pair, or whose scope is not that of the date. */
  find(credential: string, date: string): { signingKey: KeyObject; scope: string } {
    const { accessKeyId, region } = this.#credentials;
    const [key, day = '', where, service, end] = credential.split('/');
    if (key !== accessKeyId) throw new S3Error('InvalidAccessKeyId', 'the access key id is not known here');
    const fits = day === date.slice(0, 8) && where === region && service === 's3' && end === 'aws4_request';
    if (!fits)
      throw new S3Error(
        'SignatureDoesNotMatch',
        `the credential scope is ${credential.slice(credential.indexOf('/') + 1)}; region ${region} and service s3 are expected`,
      );
    if (this.#last?.day !== day) this.#last = { day, key: this.#derive(day) };
    return { signingKey: this.#last.key, scope: [day, where, service, end].join('/') };
  }

  #derive(day: string): KeyObject {
    const { secretAccessKey, region } = this.#credentials;
    const secret = Buffer.from(`AWS4${secretAccessKey}`);
    return createSecretKey([day, region, 's3', 'aws4_request'].reduce<Buffer>((key, part) => hmac(key, part), secret));
  }
}

/** Throws S3Error for a signature that is missing, wrong, too old or of another key. */
export function verifyRequest(request: IncomingMessage, url: URL, keys: SigningKeys, now: number): SignedRequest {
  const header = request.headers.authorization;
  if (header !== undefined) return verifyHeader(header, request, url, keys, now);
  if (url.searchParams.has('X-Amz-Signature')) return verifyQuery(request, url, keys, now);
  throw new S3Error('AccessDenied', 'the request is not signed');
}

function verifyHeader(
  header: string,
  request: IncomingMessage,
  url: URL,
  keys: SigningKeys,
  now: number,
): SignedRequest {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
    header,
  );
  if (match === null) throw new S3Error('AccessDenied', 'the Authorization header is not an AWS4-HMAC-SHA256 one');
  const [, credential, signedHeaders, signature] = match as unknown as [string, string, string, string];
  const date = String(request.headers['x-amz-date'] ?? '');
  if (Math.abs(parseDate(date) - now) > SKEW_MILLISECONDS)
    throw new S3Error('RequestTimeTooSkewed', `x-amz-date is ${date}, too far from the time of this store`);
  const payload = String(request.headers['x-amz-content-sha256'] ?? '');
  if (payload === '') throw new S3Error('InvalidArgument', 'the header x-amz-content-sha256 is missing');
  const { signingKey, scope } = keys.find(credential, date);
  const canonical = canonicalRequest(request, url, signedHeaders, payload);
  compare(sign(canonical, date, scope, signingKey), signature);
  return { payload, seed: { signature, signingKey, scope, date } };
}

function verifyQuery(request: IncomingMessage, url: URL, keys: SigningKeys, now: number): SignedRequest {
  const query = (name: string) => url.searchParams.get(`X-Amz-${name}`) ?? '';
  const date = query('Date');
  const seconds = Number(query('Expires'));
  const signed = parseDate(date);
  if (query('Algorithm') !== 'AWS4-HMAC-SHA256')
    throw new S3Error('AccessDenied', 'X-Amz-Algorithm is not AWS4-HMAC-SHA256');
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_EXPIRY_SECONDS)
    throw new S3Error('AccessDenied', 'X-Amz-Expires is not 1 to 604800');
  if (now > signed + seconds * 1000) throw new S3Error('AccessDenied', 'Request has expired');
  if (signed > now + SKEW_MILLISECONDS) throw new S3Error('AccessDenied', 'Request is not yet valid');
  const { signingKey, scope } = keys.find(query('Credential'), date);
  const unsigned = new URL(url);
  unsigned.searchParams.delete('X-Amz-Signature');
  const payload = query('Content-Sha256') || 'UNSIGNED-PAYLOAD';
  const canonical = canonicalRequest(request, unsigned, query('SignedHeaders'), payload);
  compare(sign(canonical, date, scope, signingKey), query('Signature'));
  return { payload, seed: undefined };
}

function canonicalRequest(request: IncomingMessage, url: URL, signedHeaders: string, payload: string): string {
  const names = signedHeaders.split(';');
  if (!names.includes('host')) throw new S3Error('AccessDenied', 'the host header is not signed');
  const headers = names.map((name) => `${name}:${headerValue(request, name)}\n`).join('');
  const query = [...url.searchParams]
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const path = rawPath(request)
    .split('/')
    .map((part) => encodeRfc3986(decodeURIComponent(part)))
    .join('/');
  return [request.method, path, query, headers, signedHeaders, payload].join('\n');
}

/** The path as it was sent: URL would resolve dots in keys. */
export function rawPath(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0]!;
}

function headerValue(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/ +/g, ' ');
}

function sign(canonical: string, date: string, scope: string, signingKey: KeyObject): string {
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256Hex(canonical)].join('\n');
  return hmac(signingKey, text).toString('hex');
}

function compare(expected: string, given: string): void {
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  if (left.length !== right.length || !timingSafeEqual(left, right)) {
    throw new S3Error('SignatureDoesNotMatch', 'the signature is not the one that this request needs');
  }
}

/** Signature of one chunk of a streamed payload. */
export function chunkSignature(seed: NonNullable<SignedRequest['seed']>, previous: string, chunk: Uint8Array): string {
  const text = ['AWS4-HMAC-SHA256-PAYLOAD', seed.date, seed.scope, previous, sha256Hex(''), sha256Hex(chunk)].join(
    '\n',
  );
  return hmac(seed.signingKey, text).toString('hex');
}

function parseDate(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (match === null)
    throw new S3Error('AccessDenied', `the date of the signature is "${date}"; YYYYMMDDThhmmssZ is expected`);
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

const encodeRfc3986 = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const hmac = (key: Uint8Array | KeyObject, text: string) => createHmac('sha256', key).update(text).digest();
const sha256Hex = (content: string | Uint8Array) => hash('sha256', content, 'hex');
