import { describe, expect, it } from '@jest/globals';
import { INLINE_TENSOR_BYTES, tensorReference } from '@medley/domain';
import { float32, tensor } from '@medley/tensor';
import { inlineReference, inlineTensor } from './inline-tensor.ts';

const embedding = float32([1, 3], Float32Array.of(1, -2.5, NaN));
const held = inlineReference(embedding);

describe('inlineReference', () => {
  it.each([
    ['float32', embedding],
    ['float16', tensor('float16', [2], Uint16Array.of(1, 65_535))],
    ['nothing', float32([0, 4])],
    ['part of a buffer', float32([2], new Float32Array(8).fill(7).subarray(3, 5))],
    ['as much as it may', float32([INLINE_TENSOR_BYTES / 4], new Float32Array(INLINE_TENSOR_BYTES / 4).fill(1 / 3))],
  ])('holds %s, bit by bit, as Redis keeps it', (_, sent) => {
    const reference = tensorReference.parse(JSON.parse(JSON.stringify(inlineReference(sent))));
    expect(reference.address).toBeUndefined();
    expect(inlineTensor({ ...reference, inline: reference.inline! })).toEqual(sent);
  });

  it('holds no tensor of another type', () => {
    expect(() => inlineReference(tensor('uint8', [1], Uint8Array.of(1)))).toThrow(
      "a tensor of uint8 can't be exchanged",
    );
  });
});

describe('a reference in the live state', () => {
  it('holds nothing larger', () => {
    const inline = Buffer.alloc(INLINE_TENSOR_BYTES + 3).toString('base64');
    expect(tensorReference.safeParse({ ...held, inline }).error?.issues[0]?.path).toEqual(['inline']);
  });
});

describe('inlineTensor', () => {
  it.each([
    ['other bytes', { inline: held.inline.replace(/^./, 'B') }],
    ['no bytes', { inline: '' }],
    ['another shape', { shape: [1, 4] }],
  ])('refuses %s than those of its name', (_, damage) => {
    expect(() => inlineTensor({ ...held, ...damage })).toThrow(
      expect.objectContaining({ code: 'tensor_gone', message: expect.stringContaining(held.digest) }),
    );
  });
});
