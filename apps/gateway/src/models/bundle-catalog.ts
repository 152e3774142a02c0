import { GenerationError, loadBundles, type BundleManifest, type BundleRef } from '@medley/domain';

export interface CatalogEntry extends BundleRef {
  manifest: BundleManifest;
}

/** The bundles that this gateway offers, read once from their manifests. */
export class BundleCatalog {
  readonly entries: readonly CatalogEntry[];

  constructor(entries: readonly CatalogEntry[]) {
    this.entries = entries;
  }

  /** The named bundles of a folder; all of them where none is named. Rejects when one is missing, and when there is none. */
  static async load(folder: string, names: readonly string[]): Promise<BundleCatalog> {
    return new BundleCatalog(await loadBundles(folder, names));
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
