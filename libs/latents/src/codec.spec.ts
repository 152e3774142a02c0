import { describe, expect, it } from '@jest/globals';
import { serializeResponse } from './codec.ts';
import { FetchResponse } from './generated/medley/latents/v1/latents.ts';

const FRAME_BYTES = 5;

const data = (offset: number, bytes: number): FetchResponse => ({
  part: { $case: 'data', value: { offset, data: new Uint8Array(bytes).fill(7), crc32c: 0xfedcba98 } },
});

/** As grpc-js frames a message. */
function frame(response: FetchResponse): Uint8Array {
  const message = serializeResponse(response);
  const output = Buffer.alloc(FRAME_BYTES + message.byteLength);
  message.copy(output, FRAME_BYTES);
  return new Uint8Array(output.buffer);
}

describe('data messages', () => {
  it('are what the generated code reads', () => {
    for (const message of [data(0, 1), data(512 * 1024, 1000), data(2 ** 40 + 3, 20_000)])
      expect(FetchResponse.decode(frame(message).subarray(FRAME_BYTES))).toEqual(message);
  });

  it('hold their numbers at byte 32 of the gRPC frame', () => {
    const { part } = FetchResponse.decode(frame(data(9, 100)).subarray(FRAME_BYTES));
    expect(part?.$case === 'data' && part.value.data.byteOffset).toBe(32);
  });
});
