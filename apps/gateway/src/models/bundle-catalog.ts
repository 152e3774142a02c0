import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GenerationError, parseManifest, type BundleManifest, type BundleRef } from '@medley/domain';

export interface CatalogEntry extends BundleRef {
  manifest: BundleManifest;
}

/** The bundles that this gateway offers, read once from their manifests. */
export class BundleCatalog {
  readonly entries: readonly CatalogEntry[];

  constructor(entries: readonly CatalogEntry[]) {
    this.entries = entries;
  }

  /** Reads `<folder>/<name>/bundle.json` of each name, or of every folder when no names are given. Throws when one is missing. */
  static async load(folder: string, names: readonly string[]): Promise<BundleCatalog> {
    const chosen = names.length > 0 ? names : (await readdir(folder)).sort();
    const entries = await Promise.all(
      chosen.map(async (name): Promise<CatalogEntry> => {
        const path = join(folder, name, 'bundle.json');
        const { manifest, digest } = parseManifest(await readFile(path));
        if (manifest.name !== name)
          throw new Error(`${path} names itself ${manifest.name}; the folder must have the bundle's name`);
        return { name, digest, manifest };
      }),
    );
    if (entries.length === 0) throw new Error(`MEDLEY_BUNDLES is ${folder}, which holds no bundle`);
    return new BundleCatalog(entries);
  }

  /** The bundle of that name, or the default one. Throws GenerationError `model_not_found`. */
  find(model: string | undefined): CatalogEntry {
    const entry = model === undefined ? this.entries[0] : this.entries.find(({ name }) => name === model);
    if (entry === undefined) {
      const offered = this.entries.map(({ name }) => name).join(', ');
      throw new GenerationError('model_not_found', `model is "${model}"; this service has ${offered}`, {
        pointer: '/model',
      });
    }
    return entry;
  }

  /** Pixels of the greatest picture that a bundle takes. */
  get mostPixels(): number {
    return Math.max(...this.entries.map(({ manifest }) => manifest.modalities.image?.media.max_pixels ?? 0), 1);
  }

  /** The entry of an accepted generation, whatever happened to the names since; undefined when the bundle is gone. */
  pinned(bundle: BundleRef): CatalogEntry | undefined {
    return this.entries.find(({ digest }) => digest === bundle.digest);
  }
}
