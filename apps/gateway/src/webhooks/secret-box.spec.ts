import { describe, expect, it } from '@jest/globals';
import { SecretBox } from './secret-box.ts';

describe('SecretBox', () => {
  const box = new SecretBox('the secret of a deployment');

  it('opens what it sealed, and shows nothing of it', () => {
    const sealed = box.seal('whsec_abc', 'key_a/whe_a');
    expect(sealed).not.toContain(Buffer.from('whsec_abc').toString('base64url'));
    expect(box.seal('whsec_abc', 'key_a/whe_a')).not.toBe(sealed);
    expect(box.open(sealed, 'key_a/whe_a')).toBe('whsec_abc');
  });

  it.each<[string, (sealed: string) => string | undefined]>([
    ['another thing', (sealed) => box.open(sealed, 'key_b/whe_a')],
    ['another deployment', (sealed) => new SecretBox('another deployment').open(sealed, 'key_a/whe_a')],
    ['a changed text', (sealed) => box.open(`${sealed.slice(0, -2)}AA`, 'key_a/whe_a')],
    ['half of it', (sealed) => box.open(sealed.slice(0, 20), 'key_a/whe_a')],
    ['nothing', () => box.open('', 'key_a/whe_a')],
  ])('opens nothing for %s', (_name, open) => {
    expect(open(box.seal('whsec_abc', 'key_a/whe_a'))).toBeUndefined();
  });
});
