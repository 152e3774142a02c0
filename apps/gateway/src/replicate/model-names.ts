import { GenerationError, type BundleRef } from '@medley/domain';
import type { BundleCatalog, CatalogEntry } from '../models/bundle-catalog.ts';

/** The owner of every model in this API. */
export const MODEL_OWNER = 'medley';

/** `owner/name`. */
export function modelName({ name }: BundleRef): string {
  return `${MODEL_OWNER}/${name}`;
}

/** Throws GenerationError `not_found`. */
export function findModel(catalog: BundleCatalog, owner: string, name: string): CatalogEntry {
  const entry = owner === MODEL_OWNER ? catalog.entries.find((one) => one.name === name) : undefined;
  if (entry !== undefined) return entry;
  const asked = `${owner}/${name}`.slice(0, 120);
  const offered = catalog.entries.map(modelName).join(', ');
  throw new GenerationError('not_found', `there is no model "${asked}"; this service has ${offered}`);
}

/** The version of a model: the digest of the bundle that has the name now. Throws GenerationError `not_found`. */
export function findModelVersion(catalog: BundleCatalog, owner: string, name: string, version: string): CatalogEntry {
  const entry = findModel(catalog, owner, name);
  if (entry.digest === version) return entry;
  const asked = version.slice(0, 80);
  throw new GenerationError('not_found', `${modelName(entry)} has no version "${asked}"; it has ${entry.digest}`);
}

/** `version` of a prediction: a digest, `owner/name`, or `owner/name:digest`. Throws GenerationError `model_not_found`. */
export function findVersion(catalog: BundleCatalog, version: string): CatalogEntry {
  const { owner, name, digest = version } = parseVersion(version) ?? {};
  const entry = catalog.entries.find(
    (one) =>
      (name === undefined || (owner === MODEL_OWNER && one.name === name)) && (digest === '' || one.digest === digest),
  );
  if (entry !== undefined) return entry;
  const offered = catalog.entries.map((one) => `${modelName(one)}:${one.digest}`).join(', ');
  const words = `version is "${version.slice(0, 150)}"; this service has ${offered}`;
  throw new GenerationError('model_not_found', words, { pointer: '/version' });
}

/** The parts of `owner/name:digest`, the digest empty where there is none. */
function parseVersion(version: string): { owner: string; name: string; digest: string } | undefined {
  const [, owner, name, digest = ''] = /^([^/:]+)\/([^/:]+)(?::(.+))?$/.exec(version) ?? [];
  return owner === undefined || name === undefined ? undefined : { owner, name, digest };
}
