import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from './bundle-limits.ts';
import { parseManifest } from './bundle-manifest.ts';
import { parseSubmission } from './submission.ts';

const path = new URL('../../../bundles/tiny-codi/bundle.json', import.meta.url);
const { manifest } = parseManifest(readFileSync(path));
manifest.diffusion.guidance.outputs = { image: 2 };

describe('guidance', () => {
  const guidance = (settings: object, outputs: object[] = [{ type: 'image' }, { type: 'audio' }]) =>
    resolveSettings(
      parseSubmission({ conditions: [{ type: 'text', text: 'a cat' }], outputs, ...settings }),
      manifest,
    ).outputs.map((output) => output.guidance);

  it("is an output's own default, or the bundle's", () => {
    expect(guidance({})).toEqual([2, 7.5]);
  });

  it('is what the request says before that, and what it says of the output before all', () => {
    expect(guidance({ guidance: 5 })).toEqual([5, 5]);
    expect(guidance({ guidance: 5 }, [{ type: 'image', guidance: 1 }, { type: 'audio' }])).toEqual([1, 5]);
  });
});
