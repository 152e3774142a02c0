import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { GenerationError } from '@medley/domain';

/** A stream that was written to a private temporary file while it was measured. */
export interface SpooledFile extends AsyncDisposable {
  bytes: number;
  /** hex */
  sha256: string;
  /** The first bytes of the file. */
  head(bytes: number): Promise<Uint8Array>;
  read(): Readable;
}

/** Throws GenerationError `payload_too_large` as soon as the limit is passed; the file is gone then. */
export async function spool(source: Readable, limit: number, signal: AbortSignal): Promise<SpooledFile> {
  const folder = await mkdtemp(join(tmpdir(), 'medley-upload-'));
  const path = join(folder, 'content');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    await using file = await open(path, 'wx', 0o600);
    for await (const chunk of source) {
      signal.throwIfAborted();
      const part = chunk as Buffer;
      bytes += part.byteLength;
      if (bytes > limit)
        throw new GenerationError('payload_too_large', `the file has more than ${limit} bytes, which is the limit`);
      hash.update(part);
      await file.writeFile(part);
    }
    return {
      bytes,
      sha256: hash.digest('hex'),
      head: async (count) => {
        await using reader = await open(path, 'r');
        const { buffer, bytesRead } = await reader.read(
          Buffer.alloc(Math.min(count, bytes)),
          0,
          Math.min(count, bytes),
          0,
        );
        return buffer.subarray(0, bytesRead);
      },
      read: () => createReadStream(path),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
