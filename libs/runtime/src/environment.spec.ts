import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { EnvironmentError, parseEnvironment } from './environment.ts';

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  REDIS_URL: z.url(),
  MEDLEY_SECRET: z.string().min(16),
});

function messageOf(source: Record<string, string | undefined>): string {
  try {
    parseEnvironment(schema, source);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
  throw new Error('the environment was accepted');
}

describe('parseEnvironment', () => {
  it('fills in defaults and ignores other variables', () => {
    const source = { REDIS_URL: 'redis://localhost', MEDLEY_SECRET: 'x'.repeat(16), HOME: '/root', PORT: '' };
    expect(parseEnvironment(schema, source)).toEqual({
      PORT: 8080,
      REDIS_URL: 'redis://localhost',
      MEDLEY_SECRET: 'x'.repeat(16),
    });
  });

  it('names every wrong variable, its value and what is expected', () => {
    const message = messageOf({ PORT: '70000', MEDLEY_SECRET: 'x'.repeat(16) });
    expect(message).toMatch(/PORT is "70000"; .*65535/);
    expect(message).toMatch(/REDIS_URL is not set; /);
  });

  it('shows no secret', () => {
    const message = messageOf({ REDIS_URL: 'redis://user:hunter2@[bad', MEDLEY_SECRET: 'short-secret' });
    expect(message).toContain('MEDLEY_SECRET is [redacted, 12 characters]');
    expect(message).not.toContain('short-secret');
    expect(message).not.toContain('hunter2');
  });
});
