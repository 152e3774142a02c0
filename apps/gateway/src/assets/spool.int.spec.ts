import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'medley-spool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What runs a command with a temporary folder of one mebibyte that only it sees. */
const mount = 'mount -t tmpfs -o size=1m tmpfs "$0" && TMPDIR="$0" exec "$@"';
const small = ['unshare', '--user', '--map-root-user', '--mount', '/bin/sh', '-c', mount, folder];
const run = ([command = '', ...rest]: string[]) => spawnSync(command, rest, { encoding: 'utf8' });
const mayMount = run([...small, 'true']).status === 0;

(mayMount ? it : it.skip)('says so when the temporary folder is full', () => {
  const program = `
    const { Readable } = await import('node:stream');
    const { spool } = await import(${JSON.stringify(join(__dirname, 'spool.ts'))});
    const sent = Readable.from(Array.from({ length: 4 }, () => Buffer.alloc(512 * 1024)));
    const error = await spool(sent, 2 ** 30, new AbortController().signal).catch((error) => error);
    console.log(error.code, error.message);`;
  const { stdout } = run([...small, process.execPath, '--input-type=module', '--eval', program]);
  expect(stdout).toBe('storage_full the temporary folder of the service is full; try again later\n');
});
