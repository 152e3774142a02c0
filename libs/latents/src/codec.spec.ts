import { describe, expect, it } from '@jest/globals';
import { encodeResponse } from './codec.ts';
import { DataType, FetchResponse } from './generated/medley/latents/v1/latents.ts';

const data = (offset: number, bytes: number): FetchResponse => ({
  part: {
    $case: 'data',
    value: { offset, data: new Uint8Array(bytes).fill(7), crc32c: 0xfedcba98, tag: new Uint8Array(16).fill(9) },
  },
});

describe('answers to a fetch', () => {
  it('are what the generated code reads', () => {
    const header: FetchResponse = {
      part: {
        $case: 'header',
        value: { dataType: DataType.DATA_TYPE_FLOAT32, shape: [2, 3], bytes: 24, sha256: new Uint8Array(32) },
      },
    };
    for (const message of [header, data(0, 1), data(512 * 1024, 1000), data(2 ** 40 + 3, 20_000)])
      expect(FetchResponse.decode(new Uint8Array(Buffer.concat(encodeResponse(message))))).toEqual(message);
  });

  it('hold the numbers without a copy', () => {
    const message = data(9, 100);
    expect(message.part?.$case === 'data' && encodeResponse(message).at(-1)).toBe(
      message.part?.$case === 'data' && message.part.value.data,
    );
  });
});
