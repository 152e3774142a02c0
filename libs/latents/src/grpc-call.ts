import { constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { ClientError, Status } from 'nice-grpc-common';
import { LARGEST_MESSAGE_BYTES } from './chunks.ts';
import { frameHead, MalformedMessage, MessageFrames } from './message-frames.ts';

export interface GrpcCall {
  /** /package.Service/Method */
  path: string;
  /** The one message that is sent. */
  request: Uint8Array;
  signal: AbortSignal;
  /** Names the span that calls (W3C Trace Context). */
  traceparent?: string | undefined;
  /** Takes every message of the answer; it is overwritten by the next one. What it throws ends the call. */
  take: (message: Uint8Array) => void;
  /** Told of every part of the answer, whole messages or not. */
  heard?: () => void;
}

/**
 * Makes a gRPC call with one request over HTTP/2 (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Resolves
 * when everything came and the status is OK. Throws ClientError, what `take` threw, or the signal's reason.
 */
export async function grpcCall(
  session: ClientHttp2Session,
  { path, request, signal, traceparent, take, heard }: GrpcCall,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (code: Status, details: string) => reject(new ClientError(path, code, details));
  const stream = open(session, path, traceparent);
  const frames = new MessageFrames(LARGEST_MESSAGE_BYTES);
  let settled = false;
  let ending: IncomingHttpHeaders | undefined;
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  stream.on('response', (headers) => {
    if ('grpc-status' in headers) ending = headers;
    else if (headers[':status'] !== constants.HTTP_STATUS_OK)
      failed(Status.UNKNOWN, `the answer has HTTP status ${headers[':status']}`);
  });
  stream.on('data', (part: Uint8Array) => {
    if (settled) return;
    heard?.();
    try {
      frames.push(part, take);
    } catch (error) {
      settled = true;
      if (error instanceof MalformedMessage) failed(Status.RESOURCE_EXHAUSTED, error.message);
      else reject(error);
    }
  });
  stream.on('trailers', (trailers: IncomingHttpHeaders) => (ending = trailers));
  stream.on('end', () => {
    if (ending === undefined) return;
    const code = Number(ending['grpc-status'] ?? Status.UNKNOWN) as Status;
    if (code !== Status.OK) failed(code, decoded(String(ending['grpc-message'] ?? '')));
    else if (frames.torn) failed(Status.INTERNAL, 'the answer ends within a message');
    else resolve();
  });
  stream.on('error', (error: Error) => failed(Status.UNAVAILABLE, error.message));
  stream.on('close', () =>
    failed(Status.UNAVAILABLE, `the stream ended without a status, with code ${stream.rstCode}`),
  );
  stream.end(Buffer.concat([frameHead(request.byteLength), request]));
  try {
    await promise;
  } catch (error) {
    stream.close(constants.NGHTTP2_CANCEL);
    throw error;
  } finally {
    settled = true;
    signal.removeEventListener('abort', abort);
  }
}

function open(session: ClientHttp2Session, path: string, traceparent: string | undefined) {
  try {
    return session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(traceparent === undefined ? {} : { traceparent }),
    });
  } catch (error) {
    throw new ClientError(path, Status.UNAVAILABLE, String(error));
  }
}

/** A text that is not encoded as it should be stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
