import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { ServerError, Status } from 'nice-grpc-common';
import { frameHead, MalformedMessage, MessageFrames } from './message-frames.ts';

/** Bytes that a request may have. */
const LARGEST_REQUEST_BYTES = 16 * 1024;
const HEADERS = { ':status': constants.HTTP_STATUS_OK, 'content-type': 'application/grpc+proto' };

/** By path: what answers a request. Messages are in pieces, which are sent without a copy. Throws ServerError. */
export type GrpcMethods = Readonly<Record<string, (request: Uint8Array) => Iterable<Uint8Array[]>>>;

/** Answers a gRPC call with one request (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Resolves with its status. */
export async function answerCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  methods: GrpcMethods,
): Promise<Status> {
  // Whatever it is, the stream closes, and nobody is left to be told.
  stream.on('error', () => {});
  try {
    const path = headers[':path'] ?? '';
    const method = Object.hasOwn(methods, path) ? methods[path] : undefined;
    if (method === undefined) throw new ServerError(Status.UNIMPLEMENTED, `there is no method ${path}`);
    await send(stream, method(await onlyRequest(stream)));
    end(stream, Status.OK, '');
    return Status.OK;
  } catch (error) {
    const { code, details } = statusOf(error);
    end(stream, code, details);
    return code;
  }
}

async function onlyRequest(stream: ServerHttp2Stream): Promise<Uint8Array> {
  const frames = new MessageFrames(LARGEST_REQUEST_BYTES);
  let request: Uint8Array | undefined;
  const take = (message: Uint8Array) => {
    if (request !== undefined) throw new MalformedMessage('there is a second request; the call takes one');
    request = new Uint8Array(message);
  };
  for await (const part of stream.iterator({ destroyOnReturn: false })) frames.push(part as Uint8Array, take);
  if (request === undefined) throw new MalformedMessage('there is no request; the call takes one');
  return request;
}

/** Writes no faster than the peer reads. What is small goes out at once, with the end. */
async function send(stream: ServerHttp2Stream, messages: Iterable<Uint8Array[]>): Promise<void> {
  stream.cork();
  for (const pieces of messages) {
    if (stream.closed || stream.destroyed) return;
    if (!stream.headersSent) stream.respond(HEADERS, { waitForTrailers: true });
    stream.write(frameHead(pieces.reduce((bytes, piece) => bytes + piece.byteLength, 0)));
    for (const piece of pieces) stream.write(piece);
    if (!stream.writableNeedDrain) continue;
    stream.uncork();
    await writable(stream);
    stream.cork();
  }
}

/** Resolves when more can be written, or nobody reads any more. */
function writable(stream: ServerHttp2Stream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const endings = ['drain', 'close'];
  for (const ending of endings) stream.once(ending, resolve);
  if (stream.closed || stream.destroyed) resolve();
  return promise.finally(() => endings.forEach((ending) => stream.off(ending, resolve)));
}

function end(stream: ServerHttp2Stream, code: Status, details: string): void {
  if (stream.closed || stream.destroyed) return;
  const status = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(details) };
  if (stream.headersSent) {
    stream.once('wantTrailers', () => stream.sendTrailers(status));
    stream.end();
  } else stream.respond({ ...HEADERS, ...status }, { endStream: true });
  // A peer that has not sent all of its request need not: the answer stands (RFC 9113, section 8.1).
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}

function statusOf(error: unknown): { code: Status; details: string } {
  if (error instanceof ServerError) return error;
  if (error instanceof MalformedMessage) return { code: Status.INVALID_ARGUMENT, details: error.message };
  return { code: Status.INTERNAL, details: 'the latents server failed' };
}
