import { describe, expect, it } from '@jest/globals';
import { GenerationError } from './errors.ts';
import { pointTo } from './point-to.ts';

describe('pointTo', () => {
  it('says which part of the request is wrong', () => {
    const cause = new GenerationError('url_unreachable', 'it answered 404', { retryable: false });
    expect(pointTo(cause, '/conditions/1/url')).toMatchObject({
      code: 'url_unreachable',
      message: 'it answered 404',
      retryable: false,
      pointer: '/conditions/1/url',
      cause,
    });
  });

  it('leaves what is known better, what may pass, and what concerns all of the request', () => {
    for (const error of [
      new GenerationError('media_undecodable', 'cut off', { pointer: '/conditions/1/data' }),
      new GenerationError('storage_unavailable', 'away'),
      new GenerationError('url_unreachable', 'it answered 503', { retryable: true }),
      new GenerationError('deadline_exceeded', 'too late'),
      new GenerationError('canceled', 'deleted'),
      new Error('unknown'),
    ])
      expect(pointTo(error, '/conditions/1')).toBe(error);
  });
});
