import { describe, expect, it } from '@jest/globals';
import { GenerationError } from '@medley/domain';
import { redisCall } from './redis-call.ts';

function failWith(error: Error, name: string): Promise<never> {
  error.name = name;
  return redisCall(() => Promise.reject(error));
}

describe('redisCall', () => {
  it.each([
    ['Error', 'Connection is closed.', /does not answer/],
    ['Error', 'Command timed out', /does not answer/],
    ['ReplyError', 'LOADING Redis is loading the dataset in memory', /does not answer/],
    ['ReplyError', "OOM command not allowed when used memory > 'maxmemory'.", /out of memory/],
  ])('says of %s "%s" that it can be tried again', async (name, message, words) => {
    const error = new Error(message);
    await expect(failWith(error, name)).rejects.toMatchObject({
      code: 'queue_unavailable',
      retryable: true,
      message: expect.stringMatching(words) as unknown,
      cause: error,
    });
  });

  it('lets our own faults and errors that are named already pass', async () => {
    const fault = new Error('WRONGTYPE Operation against a key holding the wrong kind of value');
    await expect(failWith(fault, 'ReplyError')).rejects.toBe(fault);
    const named = new GenerationError('not_found', 'no such generation');
    await expect(redisCall(() => Promise.reject(named))).rejects.toBe(named);
  });
});
