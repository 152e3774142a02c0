import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { diskError } from './s3-error.ts';

/** A body that is durable on disk (or small enough for the index), and nothing else yet. */
export interface StoredBody {
  bytes: number;
  /** Hex. */
  md5: string;
  /** Name of its file, or its bytes when they are few. */
  content: { file: string } | { inline: Uint8Array };
}

const INLINE_BYTES = 256 * 1024;

/** Bodies of objects: few bytes lie in the index itself, more in a file of their own that never changes. */
export class ObjectFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'objects');
  }

  /** Makes the folder, and removes files that no index entry names: a crash left them. */
  async open(isKnown: (file: string) => boolean): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const file of await readdir(this.#folder)) if (!isKnown(file)) await this.remove(file);
  }

  /** Takes a whole body in; throws what the source throws, and leaves nothing then. */
  async store(source: AsyncIterable<Uint8Array>): Promise<StoredBody> {
    const md5 = createHash('md5');
    const parts: Uint8Array[] = [];
    let bytes = 0;
    let file: { name: string; handle: FileHandle } | undefined;
    try {
      for await (const part of source) {
        md5.update(part);
        bytes += part.byteLength;
        if (file === undefined) {
          parts.push(part);
          if (bytes > INLINE_BYTES) {
            file = await this.#create();
            await file.handle.writeFile(Buffer.concat(parts.splice(0)));
          }
        } else {
          await file.handle.writeFile(part);
        }
      }
      if (file === undefined) return { bytes, md5: md5.digest('hex'), content: { inline: Buffer.concat(parts) } };
      await file.handle.sync();
      await file.handle.close();
      await this.#syncFolder();
      return { bytes, md5: md5.digest('hex'), content: { file: file.name } };
    } catch (error) {
      if (file !== undefined) {
        await file.handle.close().catch(() => undefined);
        await this.remove(file.name);
      }
      throw diskError(error);
    }
  }

  read(file: string, range?: { start: number; end: number }): Readable {
    return createReadStream(join(this.#folder, file), range);
  }

  async remove(file: string): Promise<void> {
    await rm(join(this.#folder, file), { force: true });
  }

  async #create(): Promise<{ name: string; handle: FileHandle }> {
    const name = randomUUID();
    return { name, handle: await open(join(this.#folder, name), 'wx', 0o600) };
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }
}
