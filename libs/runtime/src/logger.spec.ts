import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { withLogContext } from './log-context.ts';
import { createLogger, type LoggerOptions } from './logger.ts';

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', ...options, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes JSON with the level by name and the time in ISO format', () => {
    const { logger, last } = capture();
    logger.warn({ bytes: 7 }, 'hello');
    expect(last()).toMatchObject({ level: 'warn', name: 'test', bytes: 7, msg: 'hello' });
    expect(new Date(String(last()['time'])).toISOString()).toBe(last()['time']);
  });

  it('adds the generation of the asynchronous context, nested contexts included, and nothing outside of it', async () => {
    const { logger, last } = capture();
    await withLogContext({ generation: 'gen_a' }, async () => {
      await setImmediate();
      await withLogContext({ stage: 'encode' }, async () => {
        await setImmediate();
        logger.info('inside');
      });
      expect(last()).toMatchObject({ generation: 'gen_a', stage: 'encode' });
    });
    logger.info('outside');
    expect(last()).not.toHaveProperty('generation');
  });

  it('keeps side by side contexts apart', async () => {
    const { logger, lines } = capture();
    const work = (generation: string) =>
      withLogContext({ generation }, async () => {
        await setImmediate();
        logger.info(generation);
      });
    await Promise.all(['gen_a', 'gen_b', 'gen_c'].map(work));
    const seen = lines.map((line) => JSON.parse(line) as { generation: string; msg: string });
    expect(seen.map(({ generation, msg }) => generation === msg)).toEqual([true, true, true]);
  });

  it.each([
    ['an API key in a text', 'key mdl_abcdefghijklmnop1234 refused', {}],
    ['a header', 'request', { headers: { authorization: 'Bearer abcdefghijklmnop1234' } }],
    ['a password in a URL', 'redis://user:abcdefghijklmnop1234@host:1', {}],
    ['a field named like a secret', 'x', { deep: [{ webhook_secret: 'abcdefghijklmnop1234' }] }],
    ['a field with an escaped quote', 'x', { password: 'a"abcdefghijklmnop1234' }],
    ['a presigned link', 'GET https://s3/x?X-Amz-Signature=abcdefghijklmnop1234&b=1', {}],
    ['the path of a webhook', 'posting to https://hooks.example.com/services/abcdefghijklmnop1234 failed', {}],
    ['a query that signs', 'x', { url: 'https://example.com/?sig=abcdefghijklmnop1234' }],
    ['the message of an error', 'x', { err: new Error('mdl_abcdefghijklmnop1234') }],
  ])('masks %s', (_, message, fields) => {
    const { logger, lines, last } = capture();
    logger.info(fields, message);
    expect(lines[0]).not.toContain('abcdefghijklmnop1234');
    expect(last()['level']).toBe('info');
  });

  it('tells the causes of an error', () => {
    const { logger, last } = capture();
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(last()['err']).toMatchObject({ message: 'outer', cause: { message: 'inner' } });
  });

  it('writes one line for people when asked to', () => {
    const { logger, lines } = capture({ pretty: true });
    logger.info({ step: 3 }, 'moving');
    expect(lines[0]).toMatch(/INFO .*test moving.* step=3/);
  });
});
