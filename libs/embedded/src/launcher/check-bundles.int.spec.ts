import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
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
    await expect(checkBundles(folder, [])).rejects.toThrow(
      /there is no bundle in .*; MEDLEY_BUNDLES names another folder$/,
    );
  });

  it('says what to do about a damaged file', async () => {
    await appendFile(join(folder, name, 'image.denoiser.onnx'), 'x');
    await expect(checkBundles(folder, [])).rejects.toThrow(
      /image\.denoiser\.onnx has .*; restore it, or leave .* out with/,
    );
  });
});
