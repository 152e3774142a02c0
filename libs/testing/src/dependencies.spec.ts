import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = resolve(__dirname, '../../..');

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

describe('docs/dependencies.md', () => {
  it('says of every direct dependency why it is there', () => {
    const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    const manifests = globSync(['package.json', 'bench/package.json', '{apps,libs}/*/package.json'], { cwd: root });
    const names = manifests.flatMap((file) => {
      const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
      return Object.keys({ ...dependencies, ...devDependencies });
    });
    const vendors = [...new Set(names)].filter((name) => !name.startsWith('@medley/')).sort();
    expect(vendors.length).toBeGreaterThan(10);
    expect(vendors.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
