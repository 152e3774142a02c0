import { describe, expect, it } from '@jest/globals';
import { imageSize, sniff } from './index.ts';

const head = (text: string) => Buffer.from(text, 'latin1');

describe('sniff', () => {
  it.each([
    ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF'],
    ['image/png', '\x89PNG\r\n\x1a\n'],
    ['image/webp', 'RIFF\x10\0\0\0WEBPVP8L'],
    ['image/gif', 'GIF89a'],
    ['audio/wav', 'RIFF\x10\0\0\0WAVEfmt '],
    ['audio/flac', 'fLaC\0\0\0\x22'],
    ['audio/mpeg', 'ID3\x04'],
    ['audio/mpeg', '\xff\xfb\x90\x64'],
    ['audio/ogg', 'OggS\0'],
    ['video/mp4', '\0\0\0\x20ftypisom'],
    ['video/webm', '\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm'],
  ])('knows %s', (contentType, bytes) => {
    expect(sniff(head(bytes))?.contentType).toBe(contentType);
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a playlist', '#EXTM3U\nhttp://example.com/a.ts'],
    ['a DASH manifest', '<?xml version="1.0"?><MPD/>'],
    ['a concat script', 'ffconcat version 1.0\nfile /etc/passwd'],
    ['Matroska that is not WebM', '\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska'],
    ['AVIF', '\0\0\0\x20ftypavif\0\0\0\0avifmif1'],
    ['HEIC', '\0\0\0\x20ftypheic\0\0\0\0mif1heic'],
    ['AVI', 'RIFF\x10\0\0\0AVI LIST'],
    ['TIFF', 'II*\0'],
    ['PDF', '%PDF-1.7'],
    ['MPEG layer I', '\xff\xff\x90\x64'],
  ])('takes no %s', (_, bytes) => {
    expect(sniff(head(bytes))).toBeUndefined();
  });
});

describe('imageSize', () => {
  const sizeOf = (bytes: string) => imageSize(head(bytes), sniff(head(bytes))!);

  it.each([
    ['PNG', '\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x75\x30\0\0\x01\x02', { width: 30_000, height: 258 }],
    ['GIF', 'GIF89a\x40\x01\xf0\0', { width: 320, height: 240 }],
    ['lossy WebP', `RIFF\0\0\0\0WEBPVP8 ${'\0'.repeat(10)}\x40\x01\xf0\0`, { width: 320, height: 240 }],
    ['lossless WebP', 'RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x3b\0', { width: 320, height: 240 }],
    ['extended WebP', `RIFF\0\0\0\0WEBPVP8X${'\0'.repeat(8)}\x3f\x01\0\xef\0\0`, { width: 320, height: 240 }],
    [
      'JPEG with a segment before its frame',
      '\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08\0\xf0\x01\x40',
      { width: 320, height: 240 },
    ],
  ])('reads the header of %s', (_, bytes, size) => {
    expect(sizeOf(bytes)).toEqual(size);
  });

  it.each([
    ['a PNG that is cut off', '\x89PNG\r\n\x1a\n'],
    ['a JPEG without a frame', '\xff\xd8\xff\xe0\0\x04ab'],
    ['a JPEG that is no chain of segments', '\xff\xd8\xff\xe0\0\x02abcdefgh'],
    ['a sound', 'fLaC\0\0\0\x22'],
  ])('knows nothing of %s', (_, bytes) => {
    expect(sizeOf(bytes)).toBeUndefined();
  });
});
