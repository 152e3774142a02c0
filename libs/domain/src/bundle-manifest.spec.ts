import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseManifest, type BundleManifest } from './bundle-manifest.ts';

const path = new URL('../../../bundles/tiny-codi/bundle.json', import.meta.url);
const manifest = () => JSON.parse(readFileSync(path, 'utf8')) as BundleManifest;
const parse = (changed: object) => parseManifest(Buffer.from(JSON.stringify(changed)));

describe('parseManifest', () => {
  it('refuses a bundle that uses a file without a sha256', () => {
    const whole = manifest();
    const { file } = whole.modalities.image!.graphs.denoiser!;
    const files = whole.files.filter((one) => one.path !== file);
    expect(() => parse({ ...whole, files })).toThrow(`bundle.json: files: ${file} is used but has no sha256 here`);
  });

  it('refuses a guidance of an output that requests could not have', () => {
    const whole = manifest();
    whole.diffusion.guidance.outputs = { image: 31 };
    expect(() => parse(whole)).toThrow('bundle.json: diffusion.guidance.outputs.image: 31 is not within 0 to 30');
  });

  it.each(['../outside.onnx', '/etc/passwd', 'a/../b', '.hidden'])('refuses the file %s', (outside) => {
    const whole = manifest();
    whole.modalities.image!.graphs.denoiser!.file = outside;
    expect(() => parse(whole)).toThrow('a plain path inside the bundle');
  });
});
