import { describe, expect, it } from '@jest/globals';
import { float32, row, stack, tensor, tensorBytes, tensorFromBytes, toFloat16, toFloat32 } from './index.ts';

describe('tensors', () => {
  it('refuses data that does not fit the shape', () => {
    expect(() => float32([2, 3], new Float32Array(5))).toThrow('a tensor of shape [2, 3] has 6 elements; 5 were given');
  });

  it('views aligned bytes and copies misaligned ones', () => {
    const buffer = new ArrayBuffer(20);
    const aligned = new Uint8Array(buffer, 4, 8);
    const misaligned = new Uint8Array(buffer, 1, 8);
    expect(tensorFromBytes('float32', [2], aligned).data.buffer).toBe(buffer);
    expect(tensorFromBytes('float32', [2], misaligned).data.buffer).not.toBe(buffer);
    expect(tensorFromBytes('float32', [2], Buffer.from(buffer, 1, 8)).data.buffer).not.toBe(buffer);
    expect(() => tensorFromBytes('float32', [3], aligned)).toThrow('12 bytes; 8 were given');
  });

  it('gives its bytes without a copy', () => {
    const source = float32([2], new Float32Array([1, -2]));
    expect(tensorBytes(source).buffer).toBe(source.data.buffer);
    expect([...tensorBytes(source)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192]);
  });

  it('stacks and takes rows', () => {
    const stacked = stack([float32([2], new Float32Array([1, 2])), float32([2], new Float32Array([3, 4]))]);
    expect(stacked.shape).toEqual([2, 2]);
    expect([...row(stacked, 1).data]).toEqual([3, 4]);
    expect(() => row(stacked, 2)).toThrow('row 2 of a tensor with 2 rows');
  });

  it('rounds to float16 and back', () => {
    const values = new Float32Array([0, 1, -1.5, 65504, 1e6, 0.1, 6e-8]);
    const back = toFloat32(toFloat16(float32([7], values)));
    expect([...back.data]).toEqual([0, 1, -1.5, 65504, Infinity, expect.closeTo(0.1, 4), expect.closeTo(5.96e-8, 10)]);
    const same = tensor('float32', [1], new Float32Array([2]));
    expect(toFloat32(same)).toBe(same);
  });
});
