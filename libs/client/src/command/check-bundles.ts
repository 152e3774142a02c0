import { bundleNames, checkBundleFiles, loadBundles } from '@medley/domain';

/**
 * Compares every file of the bundles in `folder` with its sha256; `models` names those to look at, all of them when it is
 * empty. Resolves with their names, versions and digests, and with what was left out. Rejects with an Error that names the
 * first file that is missing or damaged.
 */
export async function checkBundles(folder: string, models: readonly string[]): Promise<string> {
  const present = await bundleNames(folder);
  const bundles = await loadBundles(folder, models.length > 0 ? models : present);
  await Promise.all(bundles.map(checkBundleFiles));
  const checked = bundles.map(({ name, manifest, digest }) => `${name} ${manifest.version} (${digest.slice(0, 8)})`);
  const left = present.filter((name) => !bundles.some((bundle) => bundle.name === name));
  const unchecked = left.length === 0 ? '' : `; not checked: ${left.join(', ')}, not among MEDLEY_MODELS`;
  return checked.join(', ') + unchecked;
}
