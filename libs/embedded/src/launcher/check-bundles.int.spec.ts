import { appendFile, cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { checkBundles } from './check-bundles.ts';

const source = resolve(__dirname, '../../../../bundles');
let folder: string;
let name: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-bundles-'));
  const [largest = ''] = (await readdir(source)).sort().reverse();
  name = largest;
  await cp(join(source, name), join(folder, name), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

describe('checkBundles', () => {
  it('names the bundles and what they make', async () => {
    const [bundle] = await checkBundles(folder, []);
    expect(bundle).toEqual({ name, modalities: ['text', 'image', 'audio', 'video'] });
    await expect(checkBundles(folder, [name])).resolves.toHaveLength(1);
  });

  it('names the bundle that is missing', async () => {
    await expect(checkBundles(folder, ['nothing'])).rejects.toThrow(/the bundle nothing is missing.*MEDLEY_MODELS/);
    await expect(checkBundles(join(folder, 'x'), [])).rejects.toThrow(/can't be read: ENOENT/);
    await rm(join(folder, name), { recursive: true });
    await expect(checkBundles(folder, [])).rejects.toThrow(/there is no bundle in/);
  });

  it('names the file that is damaged', async () => {
    const file = join(folder, name, 'image.denoiser.onnx');
    await appendFile(file, 'x');
    await expect(checkBundles(folder, [])).rejects.toThrow(/image\.denoiser\.onnx has \d+ bytes instead of \d+/);
    await rm(file);
    await expect(checkBundles(folder, [])).rejects.toThrow(/image\.denoiser\.onnx is missing/);
    await truncate(join(folder, name, 'bundle.json'), 10);
    await expect(checkBundles(folder, [])).rejects.toThrow(/bundle\.json can't be used/);
  });
});
