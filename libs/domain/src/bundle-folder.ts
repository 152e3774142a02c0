import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseManifest, type BundleManifest } from './bundle-manifest.ts';

/** A bundle on disk whose manifest is parsed. */
export interface Bundle {
  folder: string;
  name: string;
  /** sha256 of bundle.json, hex. */
  digest: string;
  manifest: BundleManifest;
}

/** Names of the bundles in `folder`, sorted: of what is not hidden there and holds a `bundle.json`. Rejects where it can't be read. */
export async function bundleNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((error: Error) => {
    throw new Error(`the folder of the bundles can't be read: ${error.message}`, { cause: error });
  });
  const visible = entries.filter((name) => !name.startsWith('.')).sort();
  const held = await Promise.all(
    visible.map((name) =>
      stat(join(folder, name, 'bundle.json')).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  );
  return visible.filter((_, index) => held[index]);
}

/** Reads `<folder>/bundle.json`. Rejects with an Error that names the file and what is wrong with it. */
export async function loadBundle(folder: string): Promise<Bundle> {
  const path = join(folder, 'bundle.json');
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const what = error.code === 'ENOENT' ? `there is no ${path}` : error.message;
    throw new Error(`the bundle ${basename(folder)} is missing: ${what}`, { cause: error });
  });
  try {
    const { manifest, digest } = parseManifest(bytes);
    return { folder, name: manifest.name, digest, manifest };
  } catch (error) {
    throw new Error(`${path} can't be used: ${(error as Error).message}`, { cause: error });
  }
}

/** The named bundles of a folder in this order; all of them, by name, where none is named. Rejects when one is missing or has another name than its folder, and when there is none. */
export async function loadBundles(folder: string, names: readonly string[]): Promise<Bundle[]> {
  const chosen = names.length > 0 ? names : await bundleNames(folder);
  if (chosen.length === 0) throw new Error(`there is no bundle in ${folder}; MEDLEY_BUNDLES names another folder`);
  return Promise.all(
    chosen.map(async (name) => {
      const bundle = await loadBundle(join(folder, name));
      if (bundle.name === name) return bundle;
      throw new Error(
        `${join(bundle.folder, 'bundle.json')} names itself ${bundle.name}; its folder must have that name`,
      );
    }),
  );
}

/** Compares every file of a bundle with its manifest: plain, not linked elsewhere, of that size and sha256. Rejects with an Error that names the first that differs. */
export async function checkBundleFiles({ folder, manifest }: Bundle): Promise<void> {
  for (const { path: name, bytes, sha256 } of manifest.files) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) throw new Error(`${path} is missing`);
    if (!found.isFile() || found.nlink !== 1) throw new Error(`${path} is not a plain file of its own`);
    if (found.size !== bytes) throw new Error(`${path} has ${found.size} bytes instead of ${bytes}`);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
    if (hash.digest('hex') !== sha256) throw new Error(`${path} differs from the sha256 in bundle.json`);
  }
}
