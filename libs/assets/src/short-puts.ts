import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { S3ServiceException, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';

type Put = PutObjectCommandInput & { Body: Uint8Array };

/** The client's handler, as far as it matters here. */
interface Handler {
  handle(
    request: HttpRequest,
  ): Promise<{ response: { statusCode: number; headers: Record<string, string>; body: Readable } }>;
}

const LARGEST_BYTES = 1024 * 1024;
/** What a short put can say. */
const FIELDS: ReadonlySet<string> = new Set<keyof PutObjectCommandInput>([
  'Bucket',
  'Key',
  'Body',
  'ContentLength',
  'ContentType',
  'ContentDisposition',
  'Metadata',
  'IfNoneMatch',
  'IfMatch',
]);
/** So many in a row that the SDK then could do: the store does not take short puts. */
const REFUSALS = 5;
/** As the SDK's own before its first retry. */
const PAUSE_MILLISECONDS = 100;

/**
 * Sends small puts of bytes in memory signed and without the rest of the SDK's stack, which is a third of what such a put costs a
 * process. That is one try more than the SDK's: what fails goes through the stack, to be tried again and told. A put that can't
 * be said so, or a store that refuses five that the SDK then can do, is left to the SDK. Path-style addresses.
 */
export function shortPuts(client: S3Client, endpoint: URL): void {
  const { config } = client;
  const signer = new SignatureV4({
    service: 's3',
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
    uriEscapePath: false,
  });
  const send = async (input: Put) => {
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const request = await signer.sign(requestOf(input, endpoint), { signingDate });
    const { response } = await (config.requestHandler as Handler).handle(request);
    response.body.resume();
    return response;
  };
  let refusals = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const input = args.input as PutObjectCommandInput;
        if (commandName !== 'PutObjectCommand' || !isShort(input) || refusals >= REFUSALS) return next(args);
        const response = await send(input).catch(() => undefined);
        const status = response?.statusCode;
        if (status === 200) {
          refusals = 0;
          const $metadata = { httpStatusCode: status, attempts: 1 };
          return { response, output: { $metadata, ETag: response!.headers['etag'] } as never };
        }
        if (status === 412) throw conditionFailed();
        if (status === undefined || status >= 500) await setTimeout(PAUSE_MILLISECONDS * Math.random());
        const answer = await next(args);
        if (status !== undefined && status < 500) refusals += 1;
        return answer;
      },
    { step: 'initialize', priority: 'low', name: 'shortPuts' },
  );
}

function isShort(input: PutObjectCommandInput): input is Put {
  if (!(input.Body instanceof Uint8Array) || input.Body.byteLength > LARGEST_BYTES) return false;
  return Object.entries(input).every(([field, value]) => value === undefined || FIELDS.has(field));
}

/** As the SDK has it. */
function conditionFailed(): S3ServiceException {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new S3ServiceException({
    name: 'PreconditionFailed',
    $fault: 'client',
    $metadata: { httpStatusCode: 412, attempts: 1 },
    message,
  });
}

function requestOf(input: Put, endpoint: URL): HttpRequest {
  const { Bucket: bucket = '', Key: key = '', Metadata: metadata = {} } = input;
  const headers = {
    host: endpoint.host,
    'content-length': String(input.Body.byteLength),
    'content-type': input.ContentType,
    'content-disposition': input.ContentDisposition,
    'if-match': input.IfMatch,
    'if-none-match': input.IfNoneMatch,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value])),
  };
  const path = `${endpoint.pathname.replace(/\/$/, '')}/${[bucket, ...key.split('/')].map(escaped).join('/')}`;
  return {
    method: 'PUT',
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
    path,
    query: {},
    headers: Object.fromEntries(
      Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    body: input.Body,
  };
}

/** As RFC 3986 and the signature have it. */
function escaped(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
