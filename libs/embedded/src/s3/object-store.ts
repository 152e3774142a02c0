import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ObjectFiles, type StoredBody } from './object-files.ts';
import { ObjectIndex, type ObjectEntry, type PutCondition } from './object-index.ts';
import { S3Error } from './s3-error.ts';

const LONGEST_KEY = 1024;

export interface UploadPart {
  number: number;
  etag: string;
}

/** One bucket on disk. A put is durable and whole, or not there. */
export class ObjectStore {
  readonly #index: ObjectIndex;
  readonly #files: ObjectFiles;

  private constructor(index: ObjectIndex, files: ObjectFiles) {
    this.#index = index;
    this.#files = files;
  }

  static async open(folder: string): Promise<ObjectStore> {
    await mkdir(folder, { recursive: true });
    const index = new ObjectIndex(join(folder, 'index.db'));
    const files = new ObjectFiles(folder);
    await files.open((file) => index.holdsFile(file));
    return new ObjectStore(index, files);
  }

  find(key: string): ObjectEntry {
    const entry = this.#index.find(key);
    if (entry === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
    return entry;
  }

  /** A stream of what lies in a file. */
  read(entry: ObjectEntry, range?: { start: number; end: number }): Readable | Uint8Array {
    if (entry.file !== null) return this.#files.read(entry.file, range);
    const bytes = entry.inline ?? new Uint8Array();
    return range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
  }

  /** Throws S3Error PreconditionFailed (or NoSuchKey for If-Match of nothing) when the condition does not hold. */
  async put(
    key: string,
    body: AsyncIterable<Uint8Array>,
    headers: Record<string, string>,
    condition: PutCondition,
  ): Promise<string> {
    checkKey(key);
    if (condition.ifNoneMatch === true && this.#index.holds(key)) throw preconditionFailed();
    const stored = await this.#files.store(body);
    return this.#publish(key, stored.md5, stored, headers, condition);
  }

  /** Removing what is not there is no error. */
  async remove(keys: readonly string[]): Promise<void> {
    const files = await this.#index.remove(keys);
    await Promise.all(files.map((file) => this.#files.remove(file)));
  }

  /** One page of a listing; keys that share the prefix up to the delimiter are rolled up. */
  list(options: { prefix: string; delimiter: string; after: string; limit: number }): {
    entries: ObjectEntry[];
    prefixes: string[];
    next?: string;
  } {
    const { prefix, delimiter, limit } = options;
    const entries: ObjectEntry[] = [];
    const prefixes: string[] = [];
    let last = '';
    for (const entry of this.#index.scan(prefix, options.after)) {
      const cut = delimiter === '' ? -1 : entry.key.indexOf(delimiter, prefix.length);
      const rolled = cut === -1 ? undefined : entry.key.slice(0, cut + delimiter.length);
      if (rolled !== undefined && (prefixes.at(-1) === rolled || options.after.startsWith(rolled))) {
        last = entry.key;
        continue;
      }
      if (entries.length + prefixes.length >= limit) return { entries, prefixes, next: last };
      if (rolled === undefined) entries.push(entry);
      else prefixes.push(rolled);
      last = entry.key;
    }
    return { entries, prefixes };
  }

  async startUpload(key: string, headers: Record<string, string>): Promise<string> {
    checkKey(key);
    const id = randomUUID();
    await this.#index.write(() =>
      this.#index.prepare('INSERT INTO uploads VALUES (?, ?, ?, ?)').run(id, key, Date.now(), JSON.stringify(headers)),
    );
    return id;
  }

  async putPart(upload: string, key: string, number: number, body: AsyncIterable<Uint8Array>): Promise<string> {
    this.#upload(upload, key);
    const stored = await this.#files.store(body);
    const { inline, file } = columns(stored);
    const replaced = await this.#index.write(() => {
      const before = this.#index
        .prepare('SELECT file FROM parts WHERE upload = ? AND number = ?')
        .get(upload, number) as { file: string | null } | undefined;
      this.#index
        .prepare('INSERT OR REPLACE INTO parts (upload, number, etag, bytes, inline, file) VALUES (?, ?, ?, ?, ?, ?)')
        .run(upload, number, stored.md5, stored.bytes, inline, file);
      return before?.file;
    });
    if (replaced != null) await this.#files.remove(replaced);
    return stored.md5;
  }

  /** Joins the named parts into the object. Throws S3Error InvalidPart for one that is not there with that ETag, or out of order. */
  async completeUpload(
    upload: string,
    key: string,
    named: readonly UploadPart[],
    condition: PutCondition,
  ): Promise<string> {
    const { headers } = this.#upload(upload, key);
    const rows = this.#parts(upload);
    const chosen = named.map(({ number, etag }, index) => {
      const row = rows.find((one) => one.number === number);
      if (row === undefined || row.etag !== etag || (index > 0 && named[index - 1]!.number >= number)) {
        throw new S3Error(
          'InvalidPart',
          `part ${number} with ETag ${etag} was not uploaded, or the parts are out of order`,
        );
      }
      return row;
    });
    if (chosen.length === 0) throw new S3Error('MalformedXML', 'a multipart upload needs at least one part');
    const stored = await this.#files.store(this.#join(chosen));
    const digest = createHash('md5');
    for (const { etag } of chosen) digest.update(Buffer.from(etag, 'hex'));
    const etag = await this.#publish(key, `${digest.digest('hex')}-${chosen.length}`, stored, headers, condition);
    await this.abortUpload(upload, key);
    return etag;
  }

  async abortUpload(upload: string, key: string): Promise<void> {
    this.#upload(upload, key);
    const rows = this.#parts(upload);
    await this.#index.write(() => {
      this.#index.prepare('DELETE FROM parts WHERE upload = ?').run(upload);
      this.#index.prepare('DELETE FROM uploads WHERE id = ?').run(upload);
    });
    await Promise.all(rows.flatMap(({ file }) => (file === null ? [] : [this.#files.remove(file)])));
  }

  uploads(): { id: string; key: string; started: number }[] {
    return this.#index.prepare('SELECT id, key, started FROM uploads ORDER BY key, started').all() as {
      id: string;
      key: string;
      started: number;
    }[];
  }

  close(): void {
    this.#index.close();
  }

  async #publish(
    key: string,
    etag: string,
    stored: StoredBody,
    headers: Record<string, string>,
    condition: PutCondition,
  ): Promise<string> {
    const { inline, file } = columns(stored);
    const drop = async () => (file === null ? undefined : this.#files.remove(file));
    const put = await this.#index
      .put({ key, etag, bytes: stored.bytes, modified: Date.now(), headers, inline, file }, condition)
      .catch(async (error: unknown) => {
        await drop();
        throw error;
      });
    if (put.outcome === 'done') {
      if (put.replaced !== null) await this.#files.remove(put.replaced);
      return etag;
    }
    await drop();
    if (put.outcome === 'missing') throw new S3Error('NoSuchKey', 'The specified key does not exist.');
    throw preconditionFailed();
  }

  #upload(id: string, key: string): { headers: Record<string, string> } {
    const row = this.#index.prepare('SELECT headers FROM uploads WHERE id = ? AND key = ?').get(id, key) as
      { headers: string } | undefined;
    if (row === undefined) throw new S3Error('NoSuchUpload', 'The specified upload does not exist.');
    return { headers: JSON.parse(row.headers) as Record<string, string> };
  }

  #parts(upload: string): { number: number; etag: string; inline: Uint8Array | null; file: string | null }[] {
    return this.#index.prepare('SELECT number, etag, inline, file FROM parts WHERE upload = ?').all(upload) as never;
  }

  async *#join(parts: readonly { inline: Uint8Array | null; file: string | null }[]): AsyncGenerator<Uint8Array> {
    for (const { inline, file } of parts) {
      if (file === null) yield inline ?? new Uint8Array();
      else yield* this.#files.read(file) as AsyncIterable<Uint8Array>;
    }
  }
}

function columns({ content }: StoredBody): { inline: Uint8Array | null; file: string | null } {
  return 'file' in content ? { inline: null, file: content.file } : { inline: content.inline, file: null };
}

function checkKey(key: string): void {
  if (Buffer.byteLength(key) > LONGEST_KEY)
    throw new S3Error(
      'KeyTooLongError',
      `the key has ${Buffer.byteLength(key)} bytes; at most ${LONGEST_KEY} are allowed`,
    );
}

function preconditionFailed(): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}
