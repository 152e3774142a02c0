import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { FetchResponse, LatentsServiceDefinition } from './generated/medley/latents/v1/latents.ts';

const { fullName, methods } = LatentsServiceDefinition;

/** Where the methods are served. */
export const METHOD_PATHS = {
  fetch: `/${fullName}/${methods.fetch.name}`,
  release: `/${fullName}/${methods.release.name}`,
} as const;

/**
 * The wire format of the generated code, in pieces. The numbers are the last piece, just as they lie in the store: the
 * generated encoder would copy them three times.
 */
export function encodeResponse(response: FetchResponse): Uint8Array[] {
  if (response.part?.$case !== 'data') return [FetchResponse.encode(response).finish()];
  const { offset, data, crc32c, tag } = response.part.value;
  const fields = new BinaryWriter()
    .uint32((1 << 3) | 0)
    .uint64(offset)
    .uint32((3 << 3) | 5)
    .fixed32(crc32c)
    .uint32((4 << 3) | 2)
    .bytes(tag)
    .uint32((2 << 3) | 2)
    .uint32(data.byteLength)
    .finish();
  const part = new BinaryWriter()
    .uint32((2 << 3) | 2)
    .uint32(fields.byteLength + data.byteLength)
    .raw(fields);
  return [part.finish(), data];
}
