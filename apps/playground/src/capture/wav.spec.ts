import { describe, expect, it } from '@jest/globals';
import { encodeWav } from './wav.ts';

describe('encodeWav', () => {
  it('writes a header that says what follows, and clips what is too loud', async () => {
    const file = encodeWav(Float32Array.of(0, 0.5, -2), 16_000);
    const view = new DataView(await file.arrayBuffer());
    const word = (at: number) => String.fromCharCode(...new Uint8Array(view.buffer, at, 4));
    expect([word(0), word(8), word(36)]).toEqual(['RIFF', 'WAVE', 'data']);
    expect([view.getUint32(4, true), view.byteLength]).toEqual([42, 50]);
    expect([view.getUint32(24, true), view.getUint16(34, true), view.getUint32(40, true)]).toEqual([16_000, 16, 6]);
    expect([44, 46, 48].map((at) => view.getInt16(at, true))).toEqual([0, 16_384, -32_767]);
    expect(file.type).toBe('audio/wav');
  });
});
