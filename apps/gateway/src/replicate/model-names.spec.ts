import { beforeAll, describe, expect, it } from '@jest/globals';
import { BundleCatalog } from '../models/bundle-catalog.ts';
import { findModelVersion, findVersion } from './model-names.ts';

let catalog: BundleCatalog;
let digest: string;
beforeAll(async () => {
  catalog = await BundleCatalog.load('bundles', ['tiny-codi']);
  digest = catalog.entries[0]!.digest;
});

describe('findVersion', () => {
  it.each([() => digest, () => 'medley/tiny-codi', () => `medley/tiny-codi:${digest}`])('finds %s', (version) => {
    expect(findVersion(catalog, version())).toBe(catalog.entries[0]);
  });

  it.each(['0'.repeat(64), 'medley/other', 'someone/tiny-codi', `medley/tiny-codi:${'0'.repeat(64)}`, 'tiny-codi'])(
    'does not find %s, and says what there is',
    (version) => {
      expect(() => findVersion(catalog, version)).toThrow(
        `version is "${version}"; this service has medley/tiny-codi:`,
      );
    },
  );
});

it('findModelVersion finds the version that the name means now', () => {
  expect(findModelVersion(catalog, 'medley', 'tiny-codi', digest)).toBe(catalog.entries[0]);
  expect(() => findModelVersion(catalog, 'medley', 'tiny-codi', '0')).toThrow(
    'medley/tiny-codi has no version "0"; it has',
  );
  expect(() => findModelVersion(catalog, 'a', 'b', digest)).toThrow(
    'there is no model "a/b"; this service has medley/tiny-codi',
  );
});
