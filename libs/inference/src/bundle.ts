import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseManifest, type BundleManifest, type GraphRole, type Modality } from '@medley/domain';
import { float32, tensorFromBytes, type Tensor } from '@medley/tensor';
import { checkExternalData } from './external-data.ts';

/** A bundle on disk whose manifest is parsed. */
export interface Bundle {
  folder: string;
  name: string;
  /** sha256 of bundle.json, hex. */
  digest: string;
  manifest: BundleManifest;
}

/** Reads `<folder>/bundle.json`. Throws an Error that names what is wrong. */
export async function loadBundle(folder: string): Promise<Bundle> {
  const bytes = await readFile(join(folder, 'bundle.json')).catch((error: unknown) => {
    throw new Error(`${folder} holds no bundle: bundle.json can't be read`, { cause: error });
  });
  const { manifest, digest } = parseManifest(bytes);
  return { folder, name: manifest.name, digest, manifest };
}

/** Every bundle of a folder, or those named. Throws when one is missing, or when there is none. */
export async function loadBundles(folder: string, names: readonly string[]): Promise<Bundle[]> {
  const chosen = names.length > 0 ? names : (await readdir(folder)).sort();
  if (chosen.length === 0) throw new Error(`${folder} holds no bundle`);
  return Promise.all(chosen.map((name) => loadBundle(join(folder, name))));
}

/** Checks every file: plain, not linked elsewhere, of the right size and sha256, graphs with their data in the bundle alone. Throws an Error that names the first that is not. */
export async function verifyBundle(bundle: Bundle): Promise<void> {
  const { folder, name, manifest } = bundle;
  for (const file of manifest.files) {
    const path = join(folder, file.path);
    const stat = await lstat(path).catch(() => undefined);
    if (stat === undefined) throw new Error(`bundle ${name}: ${file.path} is missing`);
    if (!stat.isFile() || stat.nlink !== 1)
      throw new Error(`bundle ${name}: ${file.path} is not a plain file of its own`);
    if (stat.size !== file.bytes)
      throw new Error(`bundle ${name}: ${file.path} has ${stat.size} bytes, its manifest says ${file.bytes}`);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const sha256 = hash.digest('hex');
    if (sha256 !== file.sha256)
      throw new Error(`bundle ${name}: ${file.path} has sha256 ${sha256}, its manifest says ${file.sha256}`);
  }
  const entries = Object.values(manifest.modalities).flatMap((entry) => Object.values(entry?.graphs ?? {}));
  for (const graph of new Set(entries.map(({ file }) => file))) await checkExternalData(bundle, graph);
}

/** Path of a graph. Throws when the bundle has none. */
export function graphPath({ folder, name, manifest }: Bundle, modality: Modality, role: GraphRole): string {
  const file = manifest.modalities[modality]?.graphs[role]?.file;
  if (file === undefined) throw new Error(`bundle ${name} has no ${modality} ${role}`);
  return join(folder, file);
}

/** The null condition of a modality: [T, D]. */
export async function readNullCondition(
  { folder, name, manifest }: Bundle,
  modality: Modality,
): Promise<Tensor<'float32'>> {
  const entry = manifest.modalities[modality];
  if (entry === undefined) throw new Error(`bundle ${name} has no ${modality}`);
  const { condition_tokens: tokens, condition_width: width } = manifest.space;
  const read = tensorFromBytes('float32', [tokens, width], await readFile(join(folder, entry.null_condition)));
  return float32([tokens, width], read.data as Float32Array);
}
