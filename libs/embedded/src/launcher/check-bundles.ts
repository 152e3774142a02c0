import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MODALITIES, parseManifest, type BundleManifest, type Modality } from '@medley/domain';
import { LauncherError } from './launcher-error.ts';

export interface CheckedBundle {
  name: string;
  /** What it can make. */
  modalities: Modality[];
}

/**
 * Compares every file of the bundles in `folder` with its sha256. `models` names those to look at, in this order; all of
 * them, by name, when it is empty. Throws LauncherError that names the first file that is missing or damaged.
 */
export async function checkBundles(folder: string, models: readonly string[]): Promise<CheckedBundle[]> {
  const names = models.length > 0 ? [...models] : await bundleNames(folder);
  if (names.length === 0)
    throw new LauncherError(`there is no bundle in ${folder}; MEDLEY_BUNDLES names another folder`);
  return Promise.all(names.map((name) => checkBundle(join(folder, name), name)));
}

async function bundleNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new LauncherError(`the folder of the bundles can't be read: ${error.message}`, { cause: error });
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return folders.map(({ name }) => name).sort();
}

async function checkBundle(folder: string, name: string): Promise<CheckedBundle> {
  const manifest = await readManifest(folder, name);
  for (const file of manifest.files) {
    const path = join(folder, file.path);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw damaged(`${path} is missing`);
    if (found.size !== file.bytes) throw damaged(`${path} has ${found.size} bytes instead of ${file.bytes}`);
    if ((await sha256(path)) !== file.sha256) throw damaged(`${path} differs from the sha256 in bundle.json`);
  }
  return { name, modalities: MODALITIES.filter((modality) => manifest.modalities[modality] !== undefined) };
}

async function readManifest(folder: string, name: string): Promise<BundleManifest> {
  const path = join(folder, 'bundle.json');
  const bytes = await readFile(path).catch(() => {
    throw damaged(`the bundle ${name} is missing: there is no ${path}`);
  });
  try {
    return parseManifest(bytes).manifest;
  } catch (error) {
    throw damaged(`${path} can't be used: ${(error as Error).message}`, error);
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

function damaged(what: string, cause?: unknown): LauncherError {
  return new LauncherError(`${what}; restore it, or leave this bundle out with MEDLEY_MODELS`, { cause });
}
