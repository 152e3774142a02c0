import { describe, expect, it } from '@jest/globals';
import { chooseEncoding } from './choose-encoding.ts';

describe('chooseEncoding', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP;q=0.5 , br;q=0', 'gzip'],
    ['br;q=0.001', 'br'],
    ['gzip;q=0.0, br;q=0', 'identity'],
    ['brotli', 'identity'],
    ['', 'identity'],
    [undefined, 'identity'],
  ])('takes for %j %s', (field, encoding) => {
    expect(chooseEncoding(field, ['br', 'gzip'])).toBe(encoding);
  });
});
