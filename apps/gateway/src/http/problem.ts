import { HttpException } from '@nestjs/common';
import { ERROR_CODES, GenerationError, type ErrorCode } from '@medley/domain';
import { JSON_BODY_BYTES } from './body-parsers.ts';

/** RFC 9457. `code` is stable, `pointer` names the part of the body that is wrong. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  pointer?: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

const CODE_OF_STATUS: Record<number, ErrorCode> = {
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

/** The one mapping from errors to HTTP. What is neither ours nor the client's fault is `internal`, without its text. */
export function toProblem(error: unknown): Problem {
  if (error instanceof GenerationError) return problem(error.code, error.message, error.pointer);
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500)
    return problem('internal', 'an internal error; the logs of the service name it by the id of the request');
  const code = CODE_OF_STATUS[status] ?? 'invalid_request';
  if ((error as { code?: unknown }).code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return problem(code, `the body has more than ${JSON_BODY_BYTES} bytes: upload files to /v1/assets`);
  return problem(code, error instanceof Error ? error.message : ERROR_CODES[code].title);
}

function problem(code: ErrorCode, detail: string, pointer?: string): Problem {
  const { status, title } = ERROR_CODES[code];
  const type = `urn:medley:error:${code}`;
  return { type, title, status, detail, code, ...(pointer === undefined ? {} : { pointer }) };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
