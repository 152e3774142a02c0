import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import dockerIgnore from '@balena/dockerignore';

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** Files of the project that `docker build` is given: those that .dockerignore lets through. */
export function contextFiles(): string[] {
  const listing = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const ignored = dockerIgnore().add(readFileSync(join(ROOT, '.dockerignore'), 'utf8'));
  return ignored.filter([...new Set(listing.split('\0'))].filter((file) => file !== ''));
}

/** Lays the build context out in an empty folder, beside the packages that `npm ci` would install there. */
export function layOutContext(folder: string): void {
  for (const file of contextFiles()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(folder, file));
  }
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@medley'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@medley') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of readdirSync(join(folder, 'libs'))) {
    symlinkSync(join(folder, 'libs', name), join(modules, '@medley', name));
  }
}
