import { describe, expect, it } from '@jest/globals';
import { GenerationError, type ErrorCode } from '@medley/domain';
import { toProblem } from '../http/problem.ts';
import { toOpenAiError } from './openai-error.ts';

const form = (code: ErrorCode, pointer?: string) =>
  toOpenAiError(toProblem(new GenerationError(code, 'words', pointer === undefined ? {} : { pointer })));

describe('toOpenAiError', () => {
  it('says what, which field and why', () => {
    expect(form('invalid_request', '/image/0')).toMatchObject({
      status: 400,
      type: 'application/json',
      body: { error: { message: 'words', type: 'invalid_request_error', param: 'image[0]', code: 'invalid_request' } },
    });
  });

  it.each([
    ['unauthorized', 401, 'invalid_request_error', 'invalid_api_key', false],
    ['rate_limited', 429, 'rate_limit_error', 'rate_limit_exceeded', true],
    ['quota_exceeded', 403, 'invalid_request_error', 'insufficient_quota', false],
    ['unsupported_by_bundle', 400, 'invalid_request_error', 'unsupported_value', false],
    ['media_undecodable', 400, 'invalid_request_error', 'media_undecodable', false],
    ['model_not_found', 404, 'invalid_request_error', 'model_not_found', false],
    ['conflict', 409, 'invalid_request_error', 'conflict', true],
    ['worker_crashed', 500, 'server_error', 'worker_crashed', false],
    ['queue_unavailable', 503, 'server_error', 'queue_unavailable', true],
  ] as const)('makes %s a %i', (code, status, type, word, retried) => {
    const { headers, ...answer } = form(code);
    expect(answer).toMatchObject({ status, body: { error: { type, code: word, param: null } } });
    expect(headers === undefined).toBe(retried);
  });
});
