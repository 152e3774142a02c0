import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error.ts';
import { chunkSignature, type SignedRequest } from './signature.ts';

const MD5 = 'content-md5';
const CRC32 = 'x-amz-checksum-crc32';
const SHA256 = 'x-amz-checksum-sha256';
const LARGEST = 5 * 1024 ** 3;
/** Bodies of at most so many bytes are taken as one part. */
const ONE_PART_BYTES = 256 * 1024;

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
  const trailers = new Map<string, string>();
  const digests = new PayloadDigests(request, signed);
  let bytes = 0;
  for await (const part of partsOf(request, signed, { streamed, length, trailers })) {
    bytes += part.byteLength;
    digests.update(part);
    yield part;
  }
  if (bytes !== length) throw new S3Error('IncompleteBody', `${bytes} of ${length} bytes came`);
  digests.check(trailers);
}

function partsOf(
  request: IncomingMessage,
  signed: SignedRequest,
  { streamed, length, trailers }: { streamed: boolean; length: number; trailers: Map<string, string> },
): AsyncIterable<Buffer> | Iterable<Promise<Buffer>> {
  if (streamed) return readChunks(request, signed, trailers);
  return length <= ONE_PART_BYTES ? [wholeBody(request)] : (request as AsyncIterable<Buffer>);
}

/** What an iteration over the request would bring, without its cost for each part. */
function wholeBody(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.once('end', () => resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts)));
  request.once('error', reject);
  request.once('close', () => reject(new S3Error('IncompleteBody', 'the connection was closed within the body')));
  return promise;
}

/** The digests that a request names of its body; which ones come as trailers is known at its end only. */
class PayloadDigests {
  readonly #request: IncomingMessage;
  readonly #signed: string | undefined;
  readonly #sums = new Map<string, Hash>();
  readonly #sumsCrc: boolean;
  #crc = 0;

  constructor(request: IncomingMessage, { payload }: SignedRequest) {
    this.#request = request;
    this.#signed = /^[0-9a-f]{64}$/.test(payload) ? payload : undefined;
    const named = (name: string) => request.headers[name] !== undefined || payload.startsWith('STREAMING-');
    if (this.#signed !== undefined || named(SHA256)) this.#sums.set(SHA256, createHash('sha256'));
    if (named(MD5)) this.#sums.set(MD5, createHash('md5'));
    this.#sumsCrc = named(CRC32);
  }

  update(part: Buffer): void {
    for (const sum of this.#sums.values()) sum.update(part);
    if (this.#sumsCrc) this.#crc = crc32(part, this.#crc);
  }

  /** Throws S3Error for one that the body does not have. */
  check(trailers: ReadonlyMap<string, string>): void {
    const found = new Map([...this.#sums].map(([name, sum]) => [name, sum.digest()]));
    if (this.#signed !== undefined && found.get(SHA256)!.toString('hex') !== this.#signed)
      throw new S3Error('XAmzContentSHA256Mismatch', 'the body differs from x-amz-content-sha256');
    if (this.#sumsCrc) {
      const crc = Buffer.alloc(4);
      crc.writeUInt32BE(this.#crc);
      found.set(CRC32, crc);
    }
    for (const [name, digest] of found) {
      const given = trailers.get(name) ?? this.#request.headers[name];
      const sum = digest.toString('base64');
      if (given !== undefined && given !== sum)
        throw new S3Error('BadDigest', `${name} is ${String(given)}; the body has ${sum}`);
    }
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
