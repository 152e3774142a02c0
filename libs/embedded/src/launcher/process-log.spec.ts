import { describe, expect, it } from '@jest/globals';
import { errorOf } from './process-log.ts';

describe('errorOf', () => {
  it('finds the message of an error and its cause', () => {
    const line = JSON.stringify({ level: 'fatal', msg: 'could not start', err: { message: 'no bundle' } });
    expect(errorOf(line)).toBe('could not start: no bundle');
    expect(errorOf('{"level":"error","msg":"Redis is away"}')).toBe('Redis is away');
  });

  it.each(['{"level":"info","msg":"ready"}', 'words', '{"level":"error"', '{"level":50,"msg":"other"}', ''])(
    'finds none in %j',
    (line) => expect(errorOf(line)).toBeUndefined(),
  );
});
