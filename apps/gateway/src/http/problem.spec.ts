import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES, GenerationError, type ErrorCode } from '@medley/domain';
import { toProblem } from './problem.ts';

describe('toProblem', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('keeps code, status and words of %s', (code) => {
    const { status, title } = ERROR_CODES[code];
    const problem = toProblem(new GenerationError(code, 'in words', { pointer: '/a' }));
    expect(problem).toEqual({
      type: `urn:medley:error:${code}`,
      title,
      status,
      detail: 'in words',
      code,
      pointer: '/a',
    });
  });

  it.each([
    [new NotFoundException('Cannot GET /x'), 'not_found', 'Cannot GET /x'],
    [Object.assign(new Error('no such form'), { statusCode: 415 }), 'unsupported_media_type', 'no such form'],
    [Object.assign(new Error('too long'), { statusCode: 414 }), 'invalid_request', 'too long'],
  ])('maps what the framework finds wrong', (error, code, detail) => {
    expect(toProblem(error)).toMatchObject({ code, detail });
  });

  it.each([
    ['an error of ours', new Error('password=hunter2')],
    ['a status of 500', Object.assign(new Error('password=hunter2'), { statusCode: 500 })],
    ['a string', 'hunter2'],
    ['nothing', undefined],
  ])('tells nothing of %s', (_name, error) => {
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});
