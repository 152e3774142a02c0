import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, type AssetStore, type OutputRecord } from '@medley/domain';
import { parseRange } from '../http/range.ts';
import { signalOf } from '../http/request-signal.ts';

/** For a redirect to be followed. */
const REDIRECT_SECONDS = 300;

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  cacheControl: string;
}

/** Sends the client to storage for the file: a link that it follows at once, and that is of no use later. */
export async function redirectToOutput(store: AssetStore, output: OutputRecord, reply: FastifyReply): Promise<void> {
  const contentDisposition = dispositionOf(output);
  const location = await store.presignGet(output.key, { seconds: REDIRECT_SECONDS, contentDisposition });
  await reply.status(302).headers({ location, 'cache-control': 'no-store' }).send();
}

/** Streams a file as a download that nobody sniffs, or the byte range that was asked for. Throws GenerationError `gone`, `range_not_satisfiable`. */
export async function sendOutput(
  store: AssetStore,
  output: OutputRecord,
  { request, reply, cacheControl }: Exchange,
): Promise<void> {
  const etag = `"${output.sha256}"`;
  void reply.headers({ etag, 'accept-ranges': 'bytes', 'cache-control': cacheControl });
  if (request.headers['if-none-match'] === etag) return reply.status(304).send();
  const range = rangeOf(request, reply, output, etag);
  const { start, end } = range ?? { start: 0, end: output.bytes - 1 };
  const body = request.method === 'HEAD' ? Readable.from([]) : await open(store, output, range, reply);
  if (range !== undefined) void reply.header('content-range', `bytes ${start}-${end}/${output.bytes}`);
  await reply
    .status(range === undefined ? 200 : 206)
    .type(output.content_type)
    .headers({
      'content-length': end - start + 1,
      'x-content-type-options': 'nosniff',
      'content-disposition': dispositionOf(output),
    })
    .send(body);
}

function dispositionOf({ key }: OutputRecord): string {
  return `attachment; filename="${key.slice(key.lastIndexOf('/') + 1)}"`;
}

async function open(
  store: AssetStore,
  { key }: OutputRecord,
  range: { start: number; end: number } | undefined,
  reply: FastifyReply,
): Promise<Readable> {
  const object = await store.stream(key, { ...(range === undefined ? {} : { range }), signal: signalOf(reply) });
  if (object === undefined) throw new GenerationError('gone', 'the file was erased');
  return object.body;
}

/** `If-Range` with another version asks for the whole file. */
function rangeOf({ headers }: FastifyRequest, reply: FastifyReply, { bytes }: OutputRecord, etag: string) {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  void reply.header('content-range', `bytes */${bytes}`); // Stands when the range is refused.
  const range = parseRange(headers.range, bytes);
  void reply.removeHeader('content-range');
  return range;
}
