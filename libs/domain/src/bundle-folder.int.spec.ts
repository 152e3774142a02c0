import { appendFile, cp, link, mkdir, mkdtemp, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bundleNames, checkBundleFiles, loadBundle, loadBundles } from './bundle-folder.ts';

const source = resolve(__dirname, '../../../bundles/tiny-codi');
let folder: string;
let graph: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-bundles-'));
  await cp(source, join(folder, 'tiny-codi'), { recursive: true });
  graph = join(folder, 'tiny-codi', 'image.denoiser.onnx');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a folder of bundles', () => {
  it('is taken with what else lies in it', async () => {
    await mkdir(join(folder, 'lost+found'));
    await writeFile(join(folder, 'notes.txt'), 'x');
    await cp(source, join(folder, '.tiny-codi.part'), { recursive: true });
    await symlink(source, join(folder, 'a-link'));
    await expect(bundleNames(folder)).resolves.toEqual(['a-link', 'tiny-codi']);
  });

  it('has the names that its bundles say', async () => {
    await expect(loadBundles(folder, [])).resolves.toMatchObject([{ name: 'tiny-codi' }]);
    await rename(join(folder, 'tiny-codi'), join(folder, 'other'));
    await expect(loadBundles(folder, [])).rejects.toThrow(/other\/bundle\.json names itself tiny-codi/);
  });

  it('tells which bundle is missing', async () => {
    await expect(loadBundles(folder, ['tiny-codi', 'x'])).rejects.toThrow(
      /the bundle x is missing: there is no .*json$/,
    );
    await rm(join(folder, 'tiny-codi'), { recursive: true });
    await expect(loadBundles(folder, [])).rejects.toThrow(/there is no bundle in .*; MEDLEY_BUNDLES names another/);
    await expect(bundleNames(join(folder, 'x'))).rejects.toThrow(/the folder of the bundles can't be read: ENOENT/);
  });
});

describe('the files of a bundle', () => {
  const check = async () => checkBundleFiles(await loadBundle(join(folder, 'tiny-codi')));

  it('are as its manifest says', async () => {
    await expect(check()).resolves.toBeUndefined();
  });

  it('are named when they are damaged', async () => {
    await appendFile(graph, 'x');
    await expect(check()).rejects.toThrow(/image\.denoiser\.onnx has \d+ bytes instead of \d+/);
    const { size } = await stat(join(source, 'image.denoiser.onnx'));
    await writeFile(graph, Buffer.alloc(size));
    await expect(check()).rejects.toThrow(/image\.denoiser\.onnx differs from the sha256/);
    await rm(graph);
    await expect(check()).rejects.toThrow(/image\.denoiser\.onnx is missing/);
    await truncate(join(folder, 'tiny-codi', 'bundle.json'), 10);
    await expect(check()).rejects.toThrow(/bundle\.json can't be used/);
  });

  it('are not those of somewhere else', async () => {
    const elsewhere = join(folder, 'elsewhere.onnx');
    await rename(graph, elsewhere);
    await symlink(elsewhere, graph);
    await expect(check()).rejects.toThrow(/image\.denoiser\.onnx is not a plain file of its own/);
    await rm(graph);
    await link(elsewhere, graph);
    await expect(check()).rejects.toThrow(/image\.denoiser\.onnx is not a plain file of its own/);
  });
});
