import { describe, expect, it } from '@jest/globals';
import { generationId } from '@medley/domain';
import { readShareToken, shareToken } from './share-token.ts';

const name = { generation: generationId(), nonce: 'abcdefgh_-012345' };
const token = shareToken('secret', name);

describe('a share token', () => {
  it('names its generation and its share', () => {
    expect(readShareToken('secret', token)).toEqual(name);
  });

  it('is that of one secret, and holds as a whole', () => {
    expect(readShareToken('other', token)).toBeUndefined();
    for (let index = 0; index < token.length; index += 1) {
      const changed = token.slice(0, index) + (token[index] === 'a' ? 'b' : 'a') + token.slice(index + 1);
      expect(readShareToken('secret', changed)).toBeUndefined();
    }
  });

  it.each(['', 'x', `${token}a`, token.slice(1), `${token.slice(0, -1)}.`])('is not %s', (text) => {
    expect(readShareToken('secret', text)).toBeUndefined();
  });
});
