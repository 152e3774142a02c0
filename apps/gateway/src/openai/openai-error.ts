import { ERROR_CODES, type ErrorCode } from '@medley/domain';
import type { ErrorForm } from '../http/error-form.ts';
import { fieldAt } from '../http/field-names.ts';
import type { Problem } from '../http/problem.ts';

/** Where OpenAI's API has a word of its own. */
const CODES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'invalid_api_key',
  rate_limited: 'rate_limit_exceeded',
  quota_exceeded: 'insufficient_quota',
  unsupported_by_bundle: 'unsupported_value',
};

/**
 * `{ error: { message, type, param, code } }`, the body that OpenAI's clients read. What is wrong with a request is 400,
 * and a model that is not there 404. `x-should-retry` keeps the clients from sending again what can't succeed.
 */
export function toOpenAiError({ status, code, detail, pointer }: Problem): ErrorForm {
  const body = { error: { message: detail, type: typeOf(status), param: paramOf(pointer), code: CODES[code] ?? code } };
  const answered = code === 'model_not_found' ? 404 : status === 422 ? 400 : status;
  const mayRetry = ERROR_CODES[code].retryable || code === 'conflict';
  return {
    status: answered,
    type: 'application/json',
    body,
    ...(mayRetry ? {} : { headers: { 'x-should-retry': 'false' } }),
  };
}

function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

function paramOf(pointer: string | undefined): string | null {
  return pointer === undefined || pointer === '' ? null : fieldAt(pointer);
}
