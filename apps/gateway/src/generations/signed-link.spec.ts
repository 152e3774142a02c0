import { describe, expect, it } from '@jest/globals';
import { checkLink, signLink } from './signed-link.ts';

const PATH = '/v1/generations/gen_1/outputs/0';
const EXPIRES = 2_000;
const signature = signLink('secret', PATH, EXPIRES);
const check = (query: object, path = PATH, secret = 'secret', seconds = 1_000) =>
  checkLink(secret, path, { expires: String(EXPIRES), signature, ...query }, seconds * 1000);

describe('checkLink', () => {
  it('holds until it expires', () => {
    expect(check({})).toBe(true);
    expect(check({}, PATH, 'secret', EXPIRES)).toBe(true);
    expect(check({}, PATH, 'secret', EXPIRES + 1)).toBe(false);
  });

  it('holds for one path, one time and one secret', () => {
    expect(check({}, PATH.replace(/0$/, '1'))).toBe(false);
    expect(check({ expires: String(EXPIRES + 1) })).toBe(false);
    expect(check({}, PATH, 'other')).toBe(false);
  });

  it.each([
    [{ signature: undefined }],
    [{ signature: '' }],
    [{ signature: [signature, signature] }],
    [{ expires: undefined }],
    [{ expires: 'Infinity' }],
    [{ expires: '2e3' }],
    [{ expires: ['2000', '2000'] }],
  ])('refuses %j', (query) => {
    expect(check(query)).toBe(false);
  });
});
