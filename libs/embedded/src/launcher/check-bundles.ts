import { MODALITIES, bundleNames, checkBundleFiles, loadBundles, type Modality } from '@medley/domain';
import { LauncherError } from './launcher-error.ts';

export interface CheckedBundle {
  name: string;
  /** What it can make. */
  modalities: Modality[];
}

/**
 * Compares every file of the bundles in `folder` with its sha256. `models` names those to look at, in this order; all of
 * them, by name, when it is empty. Rejects with a LauncherError that names the first file that is missing or damaged.
 */
export async function checkBundles(folder: string, models: readonly string[]): Promise<CheckedBundle[]> {
  const present = await bundleNames(folder).catch((error: Error) => {
    throw new LauncherError(error.message, { cause: error });
  });
  const names = models.length > 0 ? models : present;
  const way = names.length > 0 ? '; restore it, or leave this bundle out with MEDLEY_MODELS' : '';
  try {
    const bundles = await loadBundles(folder, names);
    await Promise.all(bundles.map(checkBundleFiles));
    return bundles.map(({ name, manifest }) => ({
      name,
      modalities: MODALITIES.filter((modality) => manifest.modalities[modality] !== undefined),
    }));
  } catch (error) {
    throw new LauncherError((error as Error).message + way, { cause: error });
  }
}
