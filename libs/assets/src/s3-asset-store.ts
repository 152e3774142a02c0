import { PassThrough, Readable, pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  type S3ClientConfig,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { GenerationError, type AssetStore, type ObjectHead, type PutOptions, type Tracing } from '@medley/domain';
import { shortPuts } from './short-puts.ts';
import { SignalledHandler, underSignal } from './signalled-calls.ts';
import { traceCalls } from './trace-calls.ts';
import { watchCalls, type StorageCall } from './watch-calls.ts';

export interface S3Options {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Where clients reach it, which links are signed for; `endpoint` by default. */
  publicEndpoint?: string;
  /** Connections at most. 64 by default. */
  connections?: number;
  /** Told of every call, its retries included. */
  observe?: (call: StorageCall) => void;
  /** Has a span for every call. */
  tracing?: Tracing;
}

const CONNECT_MILLISECONDS = 2_000;
/** Without a byte in either direction. */
const IDLE_MILLISECONDS = 20_000;
const ATTEMPTS = 4;
const DELETE_BATCH = 1_000;

/** An S3 bucket through the AWS SDK: keep-alive connections, bounded retries, conditional puts as typed outcomes. */
export class S3AssetStore implements AssetStore {
  readonly #client: S3Client;
  /** Signs links and sends nothing. */
  readonly #signer: S3Client;
  readonly #bucket: string;

  constructor(options: S3Options) {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = options;
    const { publicEndpoint, connections = 64, observe, tracing } = options;
    this.#bucket = bucket;
    const settings: S3ClientConfig = {
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: ATTEMPTS,
      // Other stores than AWS stumble over the SDK's default checksums; digests are ours to check.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // A put that waits for 100 Continue takes a connection of its own each time.
      expectContinueHeader: false,
      requestHandler: new SignalledHandler({
        connectionTimeout: CONNECT_MILLISECONDS,
        socketTimeout: IDLE_MILLISECONDS,
        httpAgent: { keepAlive: true, maxSockets: connections },
        httpsAgent: { keepAlive: true, maxSockets: connections },
      }),
    };
    this.#client = new S3Client({ ...settings, endpoint, cacheMiddleware: true });
    shortPuts(this.#client, new URL(endpoint));
    if (observe !== undefined) watchCalls(this.#client, observe);
    if (tracing !== undefined) traceCalls(this.#client, tracing, new URL(endpoint));
    this.#signer = new S3Client({ ...settings, endpoint: publicEndpoint ?? endpoint });
  }

  async put(
    key: string,
    body: Uint8Array | Readable,
    options: PutOptions & { bytes?: number },
  ): ReturnType<AssetStore['put']> {
    const length = body instanceof Readable ? options.bytes : body.byteLength;
    if (length === undefined) throw new Error(`a streamed put of ${key} needs its number of bytes`);
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      ContentLength: length,
      ContentType: options.contentType,
      ContentDisposition: options.contentDisposition,
      Metadata: options.metadata,
      IfNoneMatch: options.ifNoneMatch,
      IfMatch: options.ifMatch,
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { ETag: etag = '' } = await underSignal(options.signal, () => this.#client.send(command));
        return { outcome: 'created', etag };
      } catch (error) {
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
        if (status === 412) return { outcome: 'exists' };
        // If-Match of an object that is gone.
        if (status === 404 && options.ifMatch !== undefined) return { outcome: 'exists' };
        // Two conditional puts met: the store asks for another try.
        if (status === 409 && attempt < ATTEMPTS && !(body instanceof Readable)) continue;
        throw toError(error, `put ${key}`, options.signal);
      }
    }
  }

  async get(
    key: string,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<{ head: ObjectHead; body: Uint8Array } | undefined> {
    const object = await this.stream(key, signal === undefined ? {} : { signal });
    return object === undefined ? undefined : { head: object.head, body: await buffer(object.body) };
  }

  async stream(
    key: string,
    { range, signal }: { range?: { start: number; end?: number }; signal?: AbortSignal } = {},
  ): Promise<{ head: ObjectHead; body: Readable } | undefined> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end ?? ''}` }),
    });
    const answer = await this.#find(
      underSignal(signal, () => this.#client.send(command)),
      `get ${key}`,
      signal,
    );
    if (answer === undefined) return undefined;
    return { head: toHead(answer), body: tellStorage(answer.Body as Readable, `get ${key}`, signal) };
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead | undefined> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
    const answer = await this.#find(
      underSignal(signal, () => this.#client.send(command)),
      `head ${key}`,
      signal,
    );
    return answer === undefined ? undefined : toHead(answer);
  }

  async list(
    prefix: string,
    { cursor, limit, signal }: { cursor?: string; limit?: number; signal?: AbortSignal } = {},
  ): Promise<{ keys: string[]; cursor?: string }> {
    const { objects, ...rest } = await this.#page(prefix, { cursor, limit, signal });
    return { keys: objects.map(({ key }) => key), ...rest };
  }

  async bytesUnder(prefix: string, signal?: AbortSignal): Promise<number> {
    let sum = 0;
    let cursor: string | undefined;
    do {
      const page = await this.#page(prefix, { cursor, signal });
      sum += page.objects.reduce((bytes, object) => bytes + object.bytes, 0);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return sum;
  }

  async #page(
    prefix: string,
    {
      cursor,
      limit,
      signal,
    }: { cursor?: string | undefined; limit?: number | undefined; signal?: AbortSignal | undefined },
  ): Promise<{ objects: { key: string; bytes: number }[]; cursor?: string }> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      ContinuationToken: cursor,
      MaxKeys: limit,
    });
    try {
      const page = await underSignal(signal, () => this.#client.send(command));
      const objects = (page.Contents ?? []).map(({ Key: key, Size: bytes = 0 }) => ({ key: key!, bytes }));
      return { objects, ...(page.NextContinuationToken === undefined ? {} : { cursor: page.NextContinuationToken }) };
    } catch (error) {
      throw toError(error, `list ${prefix}`, signal);
    }
  }

  async delete(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETE_BATCH) {
      const objects = keys.slice(start, start + DELETE_BATCH).map((key) => ({ Key: key }));
      try {
        const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects: objects, Quiet: true } });
        const { Errors: [first] = [] } = await underSignal(signal, () => this.#client.send(command));
        if (first !== undefined)
          throw new GenerationError('storage_unavailable', `${first.Key} could not be deleted: ${first.Message}`);
      } catch (error) {
        throw toError(error, `delete ${keys[start]}`, signal);
      }
    }
  }

  async presignGet(
    key: string,
    { seconds, contentDisposition }: { seconds: number; contentDisposition?: string },
  ): Promise<string> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentDisposition: contentDisposition,
    });
    return getSignedUrl(this.#signer, command, { expiresIn: seconds });
  }

  async presignPut(
    key: string,
    { seconds, bytes, sha256, contentType }: { seconds: number; bytes: number; sha256: string; contentType: string },
  ): Promise<{ url: string; headers: Record<string, string> }> {
    const checksum = Buffer.from(sha256, 'hex').toString('base64');
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ContentLength: bytes,
      ContentType: contentType,
      ChecksumSHA256: checksum,
    });
    const url = await getSignedUrl(this.#signer, command, {
      expiresIn: seconds,
      signableHeaders: new Set(['host', 'content-length', 'content-type', 'x-amz-checksum-sha256']),
      unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
    });
    const headers = { 'content-length': String(bytes), 'content-type': contentType, 'x-amz-checksum-sha256': checksum };
    return { url, headers };
  }

  close(): void {
    this.#client.destroy();
    this.#signer.destroy();
  }

  async #find<Answer>(sent: Promise<Answer>, what: string, signal?: AbortSignal): Promise<Answer | undefined> {
    try {
      return await sent;
    } catch (error) {
      if (
        error instanceof S3ServiceException &&
        error.$metadata.httpStatusCode === 404 &&
        error.name !== 'NoSuchBucket'
      )
        return undefined;
      throw toError(error, what, signal);
    }
  }
}

function toHead(answer: GetObjectCommandOutput | HeadObjectCommandOutput): ObjectHead {
  return {
    etag: answer.ETag ?? '',
    bytes: answer.ContentLength ?? 0,
    contentType: answer.ContentType ?? 'application/octet-stream',
    metadata: answer.Metadata ?? {},
    lastModified: answer.LastModified ?? new Date(0),
  };
}

/** A body whose breaking off is told as what it is: storage that failed. */
function tellStorage(body: Readable, what: string, signal: AbortSignal | undefined): Readable {
  const told = new PassThrough({ destroy: (error, done) => done(error && (toError(error, what, signal) as Error)) });
  pipeline(body, told, () => undefined);
  return told;
}

/** The caller's own abort as its reason; everything else as GenerationError. */
function toError(error: unknown, what: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof GenerationError) return error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (status === 507) return new GenerationError('storage_full', `storage is full: ${what} failed`, { cause: error });
  return new GenerationError('storage_unavailable', `storage failed to ${what}: ${reason}`, { cause: error });
}
