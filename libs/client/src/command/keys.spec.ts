import { describe, expect, it } from '@jest/globals';
import { parseCommand } from './arguments.ts';
import { keyBody } from './keys.ts';

const body = (...options: string[]) => keyBody('page', parseCommand(['keys', 'create', 'page', ...options]).options);

describe('keyBody', () => {
  it('leaves to the service what is not said', () => {
    expect(body()).toEqual({ name: 'page' });
  });

  it('carries scopes and limits, none among them', () => {
    const limits = ['--requests-per-minute', '60', '--in-flight', 'none', '--asset-bytes', '1000'];
    expect(body('--scope', 'read', '--scope', 'admin', ...limits)).toEqual({
      name: 'page',
      scopes: ['read', 'admin'],
      limits: { requests_per_minute: 60, generations_in_flight: null, asset_bytes: 1000 },
    });
  });

  it('refuses a limit that is no number', () => {
    expect(() => body('--in-flight', 'few')).toThrow('--in-flight is "few"');
  });
});
