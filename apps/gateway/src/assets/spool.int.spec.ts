import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

/** Runs a program with a temporary folder of one mebibyte, which only it sees. */
const withSmallDisk = (...program: string[]) => {
  const script = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"';
  return spawnSync('unshare', ['--user', '--map-root-user', '--mount', '/bin/sh', '-c', script, tmpdir(), ...program], {
    encoding: 'utf8',
  });
};
const mayMount = withSmallDisk('true').status === 0;

(mayMount ? it : it.skip)('says so when the temporary folder is full', () => {
  const program = `
    const { Readable } = await import('node:stream');
    const { spool } = await import(${JSON.stringify(join(__dirname, 'spool.ts'))});
    const sent = Readable.from(Array.from({ length: 4 }, () => Buffer.alloc(512 * 1024)));
    const error = await spool(sent, 2 ** 30, new AbortController().signal).catch((error) => error);
    console.log(error.code, error.message);`;
  const { stdout, stderr } = withSmallDisk(process.execPath, '--input-type=module', '--eval', program);
  expect([stdout, stderr]).toEqual(['storage_full the temporary folder of the service is full; try again later\n', '']);
});
