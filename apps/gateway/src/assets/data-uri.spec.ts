import { describe, expect, it } from '@jest/globals';
import { SUBMISSION_LIMITS } from '@medley/domain';
import { decodeDataUri } from './data-uri.ts';

const pointer = '/conditions/0/data';
const decode = (encoded: string) => decodeDataUri(`data:image/png;base64,${encoded}`, pointer);

describe('decodeDataUri', () => {
  it.each(['', 'a', 'ab', 'abc', 'abcd'])('gives back "%s" and the type', (content) => {
    const [bytes, type] = decode(Buffer.from(content).toString('base64'));
    expect([Buffer.from(bytes).toString(), type]).toEqual([content, 'image/png']);
  });

  it('takes a file of the greatest size', () => {
    const bytes = Buffer.alloc(SUBMISSION_LIMITS.inlineBytes);
    expect(decode(bytes.toString('base64'))[0].byteLength).toBe(SUBMISSION_LIMITS.inlineBytes);
  });

  it('refuses one that is greater, with the limit', () => {
    const encoded = Buffer.alloc(SUBMISSION_LIMITS.inlineBytes + 100).toString('base64');
    expect(() => decode(encoded)).toThrow(String(SUBMISSION_LIMITS.inlineBytes));
  });

  it.each(['a', 'ab cd', '!!!!', 'YWJj%3D', 'YW=Jj'])('refuses "%s"', (encoded) => {
    expect(() => decode(encoded)).toThrow('is not base64');
  });
});
