import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error.ts';
import { chunkSignature, type SignedRequest } from './signature.ts';

const LARGEST = 5 * 1024 ** 3;

/**
 * The bytes of a request, checked against its length, its signed digest or chunk signatures, Content-MD5, and the CRC32 of
 * the SDK's default checksums (header or trailer).
 */
export async function* readPayload(request: IncomingMessage, signed: SignedRequest): AsyncGenerator<Buffer> {
  const streamed = signed.payload.startsWith('STREAMING-');
  const length = Number(request.headers[streamed ? 'x-amz-decoded-content-length' : 'content-length']);
  if (!Number.isInteger(length) || length < 0)
    throw new S3Error('MissingContentLength', 'the request does not say how long its body is');
  if (length > LARGEST)
    throw new S3Error('EntityTooLarge', `the body has ${length} bytes; at most ${LARGEST} are taken`);
  const sums = { sha256: createHash('sha256'), md5: createHash('md5'), crc32: 0 };
  const trailers = new Map<string, string>();
  let bytes = 0;
  for await (const part of streamed ? readChunks(request, signed, trailers) : (request as AsyncIterable<Buffer>)) {
    bytes += part.byteLength;
    sums.sha256.update(part);
    sums.md5.update(part);
    sums.crc32 = crc32(part, sums.crc32);
    yield part;
  }
  if (bytes !== length) throw new S3Error('IncompleteBody', `${bytes} of ${length} bytes came`);
  const sha256 = sums.sha256.digest();
  if (/^[0-9a-f]{64}$/.test(signed.payload) && sha256.toString('hex') !== signed.payload) {
    throw new S3Error('XAmzContentSHA256Mismatch', 'the body differs from x-amz-content-sha256');
  }
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(sums.crc32);
  const expected: [string, string][] = [
    ['content-md5', sums.md5.digest('base64')],
    ['x-amz-checksum-crc32', crc.toString('base64')],
    ['x-amz-checksum-sha256', sha256.toString('base64')],
  ];
  for (const [name, value] of expected) {
    const given = trailers.get(name) ?? request.headers[name];
    if (given !== undefined && given !== value)
      throw new S3Error('BadDigest', `${name} is ${String(given)}; the body has ${value}`);
  }
}

/** aws-chunked: `size[;chunk-signature=…]\r\n bytes \r\n` … `0\r\n` trailers. */
async function* readChunks(
  request: IncomingMessage,
  signed: SignedRequest,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(request as AsyncIterable<Buffer>);
  const verified = signed.payload.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  let previous = signed.seed?.signature ?? '';
  for (;;) {
    const line = await reader.line();
    const match = /^([0-9a-fA-F]+)(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (match === null) throw new S3Error('IncompleteBody', 'a chunk of the body has no size');
    const chunk = await reader.take(Number.parseInt(match[1]!, 16));
    if (verified) {
      if (signed.seed === undefined || match[2] !== chunkSignature(signed.seed, previous, chunk)) {
        throw new S3Error('SignatureDoesNotMatch', 'the signature of a chunk is wrong');
      }
      previous = match[2];
    }
    if (chunk.byteLength === 0) break;
    yield chunk;
    if ((await reader.line()) !== '') throw new S3Error('IncompleteBody', 'a chunk of the body is longer than it says');
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
}

/** Lines and exact numbers of bytes from a stream. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to the next CRLF, or the end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end !== -1) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      if (!(await this.#more())) {
        const rest = this.#buffer.toString('latin1');
        this.#buffer = Buffer.alloc(0);
        return rest;
      }
    }
  }

  async take(count: number): Promise<Buffer> {
    while (this.#buffer.byteLength < count) {
      if (!(await this.#more())) throw new S3Error('IncompleteBody', 'the body ended within a chunk');
    }
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const { done, value } = (await this.#source.next()) as IteratorResult<Buffer, undefined>;
    if (done === true) return false;
    this.#buffer = this.#buffer.byteLength === 0 ? value : Buffer.concat([this.#buffer, value]);
    return true;
  }
}
