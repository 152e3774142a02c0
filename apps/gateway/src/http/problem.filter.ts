import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES, GenerationError, type ErrorCode } from '@medley/domain';

/** RFC 9457. `code` is stable, `pointer` names the part of the body that is wrong. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  pointer?: string;
}

const CODE_OF_STATUS: Record<number, ErrorCode> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  410: 'gone',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

/** The one mapping from errors to HTTP. */
export function toProblem(error: unknown): Problem {
  const { code, detail, pointer } = classify(error);
  const { status, title } = ERROR_CODES[code];
  return {
    type: `urn:medley:error:${code}`,
    title,
    status,
    detail,
    code,
    ...(pointer === undefined ? {} : { pointer }),
  };
}

function classify(error: unknown): { code: ErrorCode; detail: string; pointer?: string } {
  if (error instanceof GenerationError) {
    return {
      code: error.code,
      detail: error.message,
      ...(error.pointer === undefined ? {} : { pointer: error.pointer }),
    };
  }
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  const code = typeof status === 'number' ? CODE_OF_STATUS[status] : undefined;
  if (code !== undefined) return { code, detail: error instanceof Error ? error.message : ERROR_CODES[code].title };
  return { code: 'internal', detail: 'an internal error; it is in the logs' };
}

/** Answers every error as problem+json; logs those that are ours. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #report: (error: unknown, request: FastifyRequest) => void;

  constructor(report: (error: unknown, request: FastifyRequest) => void) {
    this.#report = report;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.status >= 500) this.#report(error, http.getRequest<FastifyRequest>());
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    sendProblem(reply, problem);
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="medley"');
  if (problem.status === 429 || problem.status === 503) void reply.header('retry-after', '2');
  void reply.status(problem.status).type('application/problem+json').send(problem);
}
