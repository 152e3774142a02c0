import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ObjectStore } from './object-store.ts';
import { readPayload } from './payload.ts';
import { S3Error, diskError } from './s3-error.ts';
import { SigningKeys, rawPath, verifyRequest, type Credentials, type SignedRequest } from './signature.ts';
import { document, textsOf } from './xml.ts';
import { listObjects, listUploads } from './listings.ts';
import { condition, parseByteRange, storedHeaders } from './object-headers.ts';

export interface S3ServerOptions {
  /** Where everything lies. */
  folder: string;
  /** The one bucket that exists. */
  bucket: string;
  credentials: Credentials;
  host?: string;
  port?: number;
}

/** Everything one request is about. */
interface S3Request {
  http: IncomingMessage;
  response: ServerResponse;
  url: URL;
  key: string;
  signed: SignedRequest;
}

/** The parts of S3 that Medley needs, strictly: signatures, conditions and checksums are enforced. Listens on loopback. */
export class S3Server {
  readonly #store: ObjectStore;
  readonly #options: S3ServerOptions;
  readonly #keys: SigningKeys;
  readonly #server: Server;

  private constructor(store: ObjectStore, options: S3ServerOptions) {
    this.#store = store;
    this.#options = options;
    this.#keys = new SigningKeys(options.credentials);
    this.#server = createServer({ requestTimeout: 0 }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => sendError(request, response, error));
    });
  }

  /** Rejects in one line when the port is taken. */
  static async start(options: S3ServerOptions): Promise<S3Server> {
    const server = new S3Server(await ObjectStore.open(options.folder), options);
    const { host = '127.0.0.1', port = 0 } = options;
    server.#server.listen(port, host);
    await once(server.#server, 'listening').catch((error: unknown) => {
      server.#store.close();
      throw new Error(`the object store can't listen on ${host}:${port}: ${(error as NodeJS.ErrnoException).code}`, {
        cause: error,
      });
    });
    return server;
  }

  get endpoint(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeIdleConnections();
    const force = setTimeout(() => this.#server.closeAllConnections(), 2_000);
    await once(this.#server, 'close');
    clearTimeout(force);
    this.#store.close();
  }

  async #handle(http: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = rawPath(http);
    if (http.method === 'GET' && path === '/healthz') {
      response.end('ok');
      return;
    }
    const url = new URL(http.url ?? '/', `http://${http.headers.host ?? 'localhost'}`);
    const signed = verifyRequest(http, url, this.#keys, Date.now());
    const [, bucket = '', ...rest] = path.split('/').map((part) => decodeURIComponent(part));
    if (bucket !== this.#options.bucket)
      throw new S3Error('NoSuchBucket', `the bucket "${bucket}" does not exist; there is "${this.#options.bucket}"`);
    const request: S3Request = { http, response, url, key: rest.join('/'), signed };
    if (request.key === '') await this.#onBucket(request);
    else await this.#onObject(request);
  }

  async #onBucket(request: S3Request): Promise<void> {
    const { http, response, url } = request;
    const query = url.searchParams;
    if (http.method === 'HEAD') response.end();
    else if (http.method === 'GET' && query.has('uploads'))
      sendXml(response, listUploads(this.#options.bucket, this.#store.uploads()));
    else if (http.method === 'GET' && query.get('list-type') === '2')
      sendXml(response, listObjects(this.#options.bucket, query, this.#store));
    else if (http.method === 'POST' && query.has('delete')) await this.#deleteMany(request);
    else
      throw new S3Error(
        'NotImplemented',
        `${http.method} of a bucket with ${url.search || 'no query'} is not offered here`,
      );
  }

  async #onObject(request: S3Request): Promise<void> {
    const { http, response, url, key, signed } = request;
    const query = url.searchParams;
    const upload = query.get('uploadId');
    const send = (status: number, headers: Record<string, string> = {}) => response.writeHead(status, headers).end();
    switch (http.method) {
      case 'GET':
      case 'HEAD':
        return this.#read(request);
      case 'PUT': {
        if (http.headers['x-amz-copy-source'] !== undefined)
          throw new S3Error('NotImplemented', 'copies are not offered here');
        const body = readPayload(http, signed);
        if (upload !== null)
          return void send(200, { etag: `"${await this.#store.putPart(upload, key, partNumber(query), body)}"` });
        return void send(200, {
          etag: `"${await this.#store.put(key, body, storedHeaders(http.headers), condition(http.headers))}"`,
        });
      }
      case 'POST': {
        if (query.has('uploads')) {
          const id = await this.#store.startUpload(key, storedHeaders(http.headers));
          return sendXml(
            response,
            document('InitiateMultipartUploadResult', { Bucket: this.#options.bucket, Key: key, UploadId: id }),
          );
        }
        if (upload === null) break;
        const xml = await this.#text(request);
        const etags = textsOf(xml, 'ETag').map((etag) => etag.replaceAll('"', ''));
        const parts = textsOf(xml, 'PartNumber').map((number, index) => ({
          number: Number(number),
          etag: etags[index] ?? '',
        }));
        const etag = await this.#store.completeUpload(upload, key, parts, condition(http.headers));
        return sendXml(
          response,
          document('CompleteMultipartUploadResult', { Bucket: this.#options.bucket, Key: key, ETag: `"${etag}"` }),
        );
      }
      case 'DELETE':
        if (upload !== null) await this.#store.abortUpload(upload, key);
        else await this.#store.remove([key]);
        return void send(204);
    }
    throw new S3Error(
      'MethodNotAllowed',
      `${http.method} of an object with ${url.search || 'no query'} is not offered here`,
    );
  }

  async #read({ http, response, url, key }: S3Request): Promise<void> {
    const entry = this.#store.find(key);
    const range = parseByteRange(http.headers.range, entry.bytes);
    const overrides = [
      'content-type',
      'content-disposition',
      'cache-control',
      'content-encoding',
      'content-language',
      'expires',
    ].flatMap((name) => {
      const value = url.searchParams.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    });
    const headers = {
      'content-type': 'binary/octet-stream',
      ...entry.headers,
      ...(Object.fromEntries(overrides) as Record<string, string>),
      etag: `"${entry.etag}"`,
      'last-modified': new Date(entry.modified).toUTCString(),
      'accept-ranges': 'bytes',
    };
    if (http.headers['if-none-match'] === `"${entry.etag}"`) {
      response.writeHead(304, headers).end();
      return;
    }
    if (range === undefined) response.writeHead(200, { ...headers, 'content-length': entry.bytes });
    else {
      response.writeHead(206, {
        ...headers,
        'content-length': range.end - range.start + 1,
        'content-range': `bytes ${range.start}-${range.end}/${entry.bytes}`,
      });
    }
    const body = http.method === 'HEAD' ? undefined : this.#store.read(entry, range);
    if (body instanceof Readable) await pipeline(body, response);
    else response.end(body);
  }

  async #deleteMany(request: S3Request): Promise<void> {
    const keys = textsOf(await this.#text(request), 'Key');
    if (keys.length === 0 || keys.length > 1000)
      throw new S3Error('MalformedXML', `the request names ${keys.length} keys; 1 to 1000 are allowed`);
    await this.#store.remove(keys);
    sendXml(request.response, document('DeleteResult', { Deleted: keys.map((Key) => ({ Key })) }));
  }

  async #text({ http, signed }: S3Request): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of readPayload(http, signed)) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  }
}

function partNumber(query: URLSearchParams): number {
  const number = Number(query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw new S3Error('InvalidArgument', `partNumber is ${query.get('partNumber')}; 1 to 10000 are allowed`);
  return number;
}

function sendXml(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) }).end(xml);
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = diskError(error);
  const { code, status } = known instanceof S3Error ? known : new S3Error('InternalError', known.message);
  const xml = document('Error', { Code: code, Message: known.message, Resource: rawPath(request) });
  // What is left of a body that was refused is not read: the connection ends with the answer.
  const headers = { 'content-type': 'application/xml', ...(request.complete ? {} : { connection: 'close' }) };
  response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : xml);
}
