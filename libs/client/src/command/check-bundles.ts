import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseManifest } from '@medley/domain';

/**
 * Compares every file of the bundles in `folder` with its sha256; `models` names those to look at, all of them when it is
 * empty. Resolves with their names, versions and digests, and with what was left out. Rejects with an Error that names the
 * first file that is missing or damaged.
 */
export async function checkBundles(folder: string, models: readonly string[]): Promise<string> {
  const present = await bundleNames(folder);
  const names = models.length > 0 ? models : present;
  if (names.length === 0) throw new Error(`there is no bundle in ${folder}; MEDLEY_BUNDLES names another folder`);
  const checked = await Promise.all(names.map((name) => checkBundle(join(folder, name), name)));
  const left = present.filter((name) => !names.includes(name));
  const unchecked = left.length === 0 ? '' : `; not checked: ${left.join(', ')}, not among MEDLEY_MODELS`;
  return checked.join(', ') + unchecked;
}

async function bundleNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new Error(`the folder of the bundles can't be read: ${error.message}`, { cause: error });
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return folders.map(({ name }) => name).sort();
}

async function checkBundle(folder: string, name: string): Promise<string> {
  const { manifest, digest } = await readManifest(folder, name);
  for (const file of manifest.files) {
    const path = join(folder, file.path);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new Error(`${path} is missing`);
    if (found.size !== file.bytes) throw new Error(`${path} has ${found.size} bytes instead of ${file.bytes}`);
    if ((await sha256(path)) !== file.sha256) throw new Error(`${path} differs from the sha256 in bundle.json`);
  }
  return `${name} ${manifest.version} (${digest.slice(0, 8)})`;
}

async function readManifest(folder: string, name: string): Promise<ReturnType<typeof parseManifest>> {
  const path = join(folder, 'bundle.json');
  const bytes = await readFile(path).catch((error: Error) => {
    throw new Error(`the bundle ${name} is missing: there is no ${path}`, { cause: error });
  });
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw new Error(`${path} can't be used: ${(error as Error).message}`, { cause: error });
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
