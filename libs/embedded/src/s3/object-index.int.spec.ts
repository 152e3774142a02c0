import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ObjectIndex, type ObjectEntry } from './object-index.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'object-index-'));
  path = join(folder, 'index.db');
});
afterEach(() => rm(folder, { recursive: true }));

const entry = (key: string, body: string): ObjectEntry => ({
  key,
  etag: 'e',
  bytes: body.length,
  modified: 1,
  headers: { 'content-type': 'text/plain' },
  inline: Buffer.from(body),
  file: null,
});

describe('ObjectIndex', () => {
  it('goes on with a folder of an earlier version', async () => {
    const before = new DatabaseSync(path);
    before.exec(`
      CREATE TABLE objects (
        key TEXT PRIMARY KEY, etag TEXT NOT NULL, bytes INTEGER NOT NULL, modified INTEGER NOT NULL,
        headers TEXT NOT NULL, inline BLOB, file TEXT
      ) STRICT, WITHOUT ROWID;
      INSERT INTO objects VALUES ('a', 'e', 3, 1, '{}', x'616263', NULL);`);
    before.close();
    const index = new ObjectIndex(path);
    await index.put(entry('b', 'hello'), {});
    expect(['a', 'b'].map((key) => Buffer.from(index.find(key)!.inline!).toString())).toEqual(['abc', 'hello']);
    expect([...index.scan('', '')].map(({ key, file }) => [key, file])).toEqual([
      ['a', null],
      ['b', null],
    ]);
    index.close();
  });

  it('says that another process has it', () => {
    const index = new ObjectIndex(path);
    expect(() => new ObjectIndex(path)).toThrow(`${path} is in use by another process`);
    index.close();
    new ObjectIndex(path).close();
  });
});
