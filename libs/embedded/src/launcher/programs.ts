import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from './env.ts';

const QUICK_MILLISECONDS = 10_000;

/** File of the program `name` in the folders of `path`, which is written as the variable PATH is. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

/** Standard output of a program that ends within ten seconds; undefined when it fails. */
export async function outputOf(file: string, args: readonly string[]): Promise<string | undefined> {
  return promisify(execFile)(file, [...args], { timeout: QUICK_MILLISECONDS }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

/**
 * Runs a program that people watch, and answers whether it succeeded. Its words go to standard error: standard output is
 * kept for the one line of --json. `path` is where it finds programs itself.
 */
export async function runWatched(file: string, args: readonly string[], path: string): Promise<boolean> {
  const env = childEnvironment({ PATH: path, DEBIAN_FRONTEND: 'noninteractive' });
  const child = spawn(file, args, { stdio: ['inherit', 2, 2], env });
  return once(child, 'exit').then(
    ([code]) => code === 0,
    () => false,
  );
}
