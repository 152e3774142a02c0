import { describe, expect, it } from '@jest/globals';
import { servedDefinition } from './codec.ts';
import { FetchResponse } from './generated/medley/latents/v1/latents.ts';

describe('data messages', () => {
  const data = (offset: number, bytes: number): FetchResponse => ({
    part: { $case: 'data', value: { offset, data: new Uint8Array(bytes).fill(7), crc32c: 0xfedcba98 } },
  });
  const encode = (response: FetchResponse) =>
    new Uint8Array(servedDefinition.methods.fetch.responseType.encode(response).finish());

  it('are what the generated code reads', () => {
    for (const message of [data(0, 1), data(512 * 1024, 1000), data(2 ** 40 + 3, 1024 * 1024)])
      expect(FetchResponse.decode(encode(message))).toEqual(message);
  });

  it('hold their numbers at byte 32 of the gRPC frame', () => {
    const frameBytes = 5;
    const { part } = FetchResponse.decode(encode(data(9, 100)));
    expect(part?.$case === 'data' && part.value.data.byteOffset + frameBytes).toBe(32);
  });
});
