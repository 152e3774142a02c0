import { FetchResponse, LatentsServiceDefinition, type Data } from './generated/medley/latents/v1/latents.ts';

/**
 * Bytes before the numbers of a data message: tag and length of the part, offset, crc32c, tag and length of the numbers.
 * All varints are padded to their full width (protobuf allows it), so that behind gRPC's frame of 5 bytes the numbers
 * begin at byte 32: a tensor of one chunk is viewed where it arrived.
 */
const PREFIX_BYTES = 27;
const CONTINUES = 0x80;

/** One copy of the numbers, where the generated encoder makes three. */
function encodeData({ offset, data, crc32c }: Data): ArrayBuffer {
  const buffer = new ArrayBuffer(PREFIX_BYTES + data.byteLength);
  const bytes = new Uint8Array(buffer);
  bytes[0] = (2 << 3) | 2;
  paddedVarint(bytes, 1, 5, PREFIX_BYTES - 6 + data.byteLength);
  bytes[6] = 1 << 3;
  paddedVarint(bytes, 7, 10, offset);
  bytes[17] = (3 << 3) | 5;
  new DataView(buffer).setUint32(18, crc32c, true);
  bytes[22] = (2 << 3) | 2;
  paddedVarint(bytes, 23, 4, data.byteLength);
  bytes.set(data, PREFIX_BYTES);
  return buffer;
}

function paddedVarint(target: Uint8Array, at: number, width: number, value: number): void {
  let rest = value;
  for (let index = 0; index < width - 1; index += 1) {
    target[at + index] = (rest % 128) | CONTINUES;
    rest = Math.floor(rest / 128);
  }
  target[at + width - 1] = rest;
}

function encode(response: FetchResponse): { finish(): Uint8Array } {
  if (response.part?.$case !== 'data') return FetchResponse.encode(response);
  const { value } = response.part;
  // nice-grpc copies a Uint8Array and takes an ArrayBuffer as it is.
  return { finish: () => encodeData(value) as unknown as Uint8Array };
}

const { fetch, release } = LatentsServiceDefinition.methods;

/** The service as a server offers it: wire format of the generated one, with fewer copies. */
export const servedDefinition = {
  ...LatentsServiceDefinition,
  methods: {
    fetch: { ...fetch, responseType: { ...FetchResponse, encode, fromPartial: (response: FetchResponse) => response } },
    release,
  },
} as const;
