import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkBundleFiles, type Bundle, type GraphRole, type Modality } from '@medley/domain';
import { float32, tensorFromBytes, type Tensor } from '@medley/tensor';
import { checkExternalData } from './external-data.ts';

/** Checks every file of a bundle, and that graphs keep their data in it alone. Rejects with an Error that names the first that does not hold. */
export async function verifyBundle(bundle: Bundle): Promise<void> {
  await checkBundleFiles(bundle);
  const entries = Object.values(bundle.manifest.modalities).flatMap((entry) => Object.values(entry?.graphs ?? {}));
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
