import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
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

/**
 * Throws GenerationError `payload_too_large` as soon as the limit is passed, `invalid_request` when the stream breaks off,
 * `storage_full` when the temporary folder holds no more.
 */
export async function spool(source: Readable, limit: number, signal: AbortSignal): Promise<SpooledFile> {
  const file = await openNameless().catch((error: unknown) => {
    throw orFull(error);
  });
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of whole(source)) {
      signal.throwIfAborted();
      bytes += chunk.byteLength;
      if (bytes > limit)
        throw new GenerationError('payload_too_large', `the file has more than ${limit} bytes, which is the limit`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    return {
      bytes,
      sha256: hash.digest('hex'),
      head: async (count) => {
        const wanted = Math.min(count, bytes);
        const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, 0);
        return buffer.subarray(0, bytesRead);
      },
      read: () => file.createReadStream({ start: 0, autoClose: false }),
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw orFull(error);
  }
}

function orFull(error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new GenerationError('storage_full', 'the temporary folder of the service is full; try again later', {
    cause: error,
  });
}

/** A file that has lost its name already: it is gone with its handle, however the process ends. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'medley-upload-'));
  try {
    return await open(join(folder, 'content'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The chunks of a stream. What breaks it off is the sender's doing, unless the stream itself says better. */
async function* whole(source: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof GenerationError) throw error;
    throw new GenerationError('invalid_request', 'the file broke off before its end; send it again', { cause: error });
  }
}
