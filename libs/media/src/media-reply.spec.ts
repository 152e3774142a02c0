import { describe, expect, it } from '@jest/globals';
import { mediaReply } from './media-reply.ts';

describe('mediaReply', () => {
  it.each([
    { type: 'ready' },
    { type: 'answer', answer: { numbers: { shape: [1, 2], data: new Float32Array(2) } } },
    { type: 'answer', answer: { bytes: Buffer.from('file') } },
    { type: 'refused', code: 'media_too_large', message: 'too large' },
    { type: 'failed', message: 'a fault' },
  ])('takes $type', (reply) => {
    expect(mediaReply.parse(reply)).toEqual(reply);
  });

  it.each([
    [{ type: 'refused', code: 'no such code', message: '' }],
    [{ type: 'refused', code: 'internal', message: '' }],
    [{ type: 'refused', code: 'toString', message: '' }],
    [{ type: 'answer', answer: { bytes: 'text' } }],
    [{ type: 'answer', answer: { numbers: { shape: [2], data: [1, 2] } } }],
    [{ type: 'answer' }],
    [{ type: 'other' }],
    [null],
    ['ready'],
  ])('refuses %j', (reply) => {
    expect(mediaReply.safeParse(reply).success).toBe(false);
  });
});
