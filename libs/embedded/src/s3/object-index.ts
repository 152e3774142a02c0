import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { diskError } from './s3-error.ts';

/** What is known of an object. Times in milliseconds. */
export interface ObjectEntry {
  key: string;
  etag: string;
  bytes: number;
  modified: number;
  /** Content headers and user metadata as they were sent. */
  headers: Record<string, string>;
  inline: Uint8Array | null;
  file: string | null;
}

export interface PutCondition {
  ifNoneMatch?: boolean;
  /** ETag without quotes. */
  ifMatch?: string;
}

export type PutOutcome = { outcome: 'done'; replaced: string | null } | { outcome: 'exists' } | { outcome: 'missing' };

/** Named: folders of earlier versions have their columns in another order. */
const PUT = `INSERT OR REPLACE INTO objects (key, etag, bytes, modified, headers, file, inline)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

/** SQLITE_BUSY (https://www.sqlite.org/rescode.html#busy). */
const BUSY = 5;

interface Pending {
  work: () => unknown;
  resolve: (value: never) => void;
  reject: (reason: unknown) => void;
}

/**
 * The index of a bucket: SQLite in WAL mode, synced at each commit. Writes that come together share one commit. Its tables keep their
 * rowid, and inline bodies are last in their rows: neither a search nor a list reads them on its way.
 */
export class ObjectIndex {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #pending: Pending[] = [];

  /** Throws an Error in one line when another process has the file open. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    try {
      this.#begin();
    } catch (error) {
      this.#database.close();
      if ((error as { errcode?: number }).errcode !== BUSY) throw error;
      throw new Error(`${path} is in use by another process`, { cause: error });
    }
  }

  #begin(): void {
    this.#database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS objects (
        key TEXT PRIMARY KEY, etag TEXT NOT NULL, bytes INTEGER NOT NULL, modified INTEGER NOT NULL,
        headers TEXT NOT NULL, file TEXT, inline BLOB
      ) STRICT;
      CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, key TEXT NOT NULL, started INTEGER NOT NULL, headers TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS parts (
        upload TEXT NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL, bytes INTEGER NOT NULL, file TEXT, inline BLOB,
        PRIMARY KEY (upload, number)
      ) STRICT;`);
  }

  find(key: string): ObjectEntry | undefined {
    const row = this.prepare('SELECT * FROM objects WHERE key = ?').get(key);
    return row === undefined ? undefined : toEntry(row);
  }

  holds(key: string): boolean {
    return this.prepare('SELECT 1 FROM objects WHERE key = ?').get(key) !== undefined;
  }

  /** Puts an object if its condition holds at that very moment. */
  async put(entry: ObjectEntry, condition: PutCondition): Promise<PutOutcome> {
    return this.write((): PutOutcome => {
      const standing = this.prepare('SELECT etag, file FROM objects WHERE key = ?').get(entry.key) as
        { etag: string; file: string | null } | undefined;
      if (condition.ifNoneMatch === true && standing !== undefined) return { outcome: 'exists' };
      if (condition.ifMatch !== undefined) {
        if (standing === undefined) return { outcome: 'missing' };
        if (standing.etag !== condition.ifMatch) return { outcome: 'exists' };
      }
      this.prepare(PUT).run(
        entry.key,
        entry.etag,
        entry.bytes,
        entry.modified,
        JSON.stringify(entry.headers),
        entry.file,
        entry.inline,
      );
      return { outcome: 'done', replaced: standing?.file ?? null };
    });
  }

  /** Removes objects and answers the files that held them. */
  async remove(keys: readonly string[]): Promise<string[]> {
    return this.write(() =>
      keys.flatMap((key) => {
        const row = this.prepare('DELETE FROM objects WHERE key = ? RETURNING file').get(key) as
          { file: string | null } | undefined;
        return row?.file == null ? [] : [row.file];
      }),
    );
  }

  /** Keys from `after` (excluded) on in the order of their UTF-8 bytes. */
  *scan(prefix: string, after: string): Generator<ObjectEntry> {
    const rows = this.prepare(
      'SELECT key, etag, bytes, modified, headers, NULL AS inline, file FROM objects WHERE key >= ? AND key > ? ORDER BY key',
    );
    for (const row of rows.iterate(prefix, after)) {
      const entry = toEntry(row);
      if (!entry.key.startsWith(prefix)) return;
      yield entry;
    }
  }

  holdsFile(file: string): boolean {
    return (
      this.prepare('SELECT 1 FROM objects WHERE file = ?').get(file) !== undefined ||
      this.prepare('SELECT 1 FROM parts WHERE file = ?').get(file) !== undefined
    );
  }

  /** Runs `work` in the next commit and resolves when that is durable. */
  write<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#pending.push({ work, resolve, reject });
      if (this.#pending.length === 1) setImmediate(() => this.#commit());
    });
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#commit();
    this.#database.close();
  }

  #commit(): void {
    const batch = this.#pending.splice(0);
    if (batch.length === 0) return;
    try {
      this.prepare('BEGIN IMMEDIATE').run();
      const results = batch.map(({ work }) => work());
      this.prepare('COMMIT').run();
      batch.forEach(({ resolve }, index) => resolve(results[index] as never));
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      for (const { reject } of batch) reject(diskError(error));
    }
  }
}

function toEntry(row: Record<string, unknown>): ObjectEntry {
  return {
    ...(row as unknown as ObjectEntry),
    headers: JSON.parse(row['headers'] as string) as Record<string, string>,
  };
}
