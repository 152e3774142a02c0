import { describe, expect, it } from '@jest/globals';
import { mediaType } from './media-type.ts';

describe('mediaType', () => {
  it.each([
    ['image/png', 'a.png', 'image'],
    ['image/gif', 'a.gif', 'video'],
    ['audio/wav', 'a.wav', 'audio'],
    ['video/webm', 'a.webm', 'video'],
    ['', 'a.FLAC', 'audio'],
    ['application/ogg', 'a', 'audio'],
    ['application/pdf', 'a.pdf', undefined],
    ['', 'a', undefined],
  ])('of %j, %s is %s', (type, name, expected) => {
    expect(mediaType({ type, name })).toBe(expected);
  });
});
