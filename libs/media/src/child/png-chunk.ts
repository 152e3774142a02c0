import { crc32 } from 'node:zlib';

/** Signature (8 bytes) and IHDR (25 bytes). */
const FIRST_CHUNK = 33;

/** Puts XMP into a PNG as the standard wants it: an uncompressed iTXt chunk `XML:com.adobe.xmp` (libvips compresses it, which readers do not expect). */
export function insertXmp(png: Uint8Array, xmp: string): Uint8Array {
  // Keyword, 0; not compressed: 0, 0; no language: 0; no translated keyword: 0.
  const body = Buffer.concat([Buffer.from('iTXtXML:com.adobe.xmp\0\0\0\0\0', 'latin1'), Buffer.from(xmp, 'utf8')]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.byteLength - 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([png.subarray(0, FIRST_CHUNK), length, body, checksum, png.subarray(FIRST_CHUNK)]);
}
