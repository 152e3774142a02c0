import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { GenerationError } from '@medley/domain';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

const FAULTS: Record<string, [status: number, words: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the header fields are too large'],
};

/** Answers what is no HTTP request that can be routed, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, words] = FAULTS[error.code ?? ''] ?? [400, 'this is not a valid HTTP request'];
  const body = JSON.stringify({ ...toProblem(new GenerationError('invalid_request', words)), status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
