import { crc32, deflateSync } from 'node:zlib';

/** 8 bits at 8 kHz. */
export function silentWav(seconds: number): Buffer {
  const file = Buffer.alloc(44 + seconds * 8_000, 0x80);
  file.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data', 0, 'latin1');
  file.writeUInt32LE(file.byteLength - 8, 4);
  file.writeUInt32LE(file.byteLength - 44, 40);
  return file;
}

/** A black and white PNG of a few kilobytes, whatever its size. */
export function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(data.byteLength);
    numbers.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  const rows = deflateSync(Buffer.alloc((width / 8 + 1) * height));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** An MP4 as it is written for the web: its table of contents (`moov`) before its media (ISO 14496-12). */
export function faststart(file: Uint8Array): Buffer {
  const boxes = new Map<string, Buffer>();
  for (let rest = Buffer.from(file); rest.byteLength > 0; rest = rest.subarray(rest.readUInt32BE(0)))
    boxes.set(rest.toString('latin1', 4, 8), rest.subarray(0, rest.readUInt32BE(0)));
  const moov = boxes.get('moov')!;
  // All that lay before it moves by its size.
  for (let at = moov.indexOf('stco'); at !== -1; at = moov.indexOf('stco', at + 4)) {
    for (let entry = at + 12; entry < at + 12 + 4 * moov.readUInt32BE(at + 8); entry += 4)
      moov.writeUInt32BE(moov.readUInt32BE(entry) + moov.byteLength, entry);
  }
  const { ftyp, ...rest } = Object.fromEntries(boxes);
  return Buffer.concat([ftyp!, moov, ...Object.values(rest).filter((box) => box !== moov)]);
}

/** The beginning of an MP4 of one stream, which ends with so many whole samples. */
export function firstSamples(file: Buffer, count: number): Buffer {
  const sizes = file.indexOf('stsz') + 16;
  let end = file.readUInt32BE(file.indexOf('stco') + 12);
  for (let entry = sizes; entry < sizes + 4 * count; entry += 4) end += file.readUInt32BE(entry);
  return file.subarray(0, end);
}
