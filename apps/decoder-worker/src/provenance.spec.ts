import { describe, expect, it } from '@jest/globals';
import { liveState, type GenerationRequest } from '@medley/domain';
import { provenance } from './provenance.ts';

const request: GenerationRequest = {
  v: 1,
  id: 'gen_a',
  owner: 'key_a',
  created_at: '2026-11-24T10:00:00.000Z',
  bundle: { name: 'a-bundle', digest: 'ab'.repeat(32) },
  conditions: [
    { type: 'text', text: 'a dog', weight: 1 },
    { type: 'image', url: 'https://example.com/dog.png?token=secret', weight: 0.5 },
  ],
  negative: 'a cat',
  outputs: [{ type: 'image', format: 'png', guidance: 3 }],
  steps: 20,
  sampler: 'flow_euler',
  samples: 2,
  seed: 42,
  determinism: 'strict',
  priority: 'high',
  metadata: { order: '1234' },
};
const assets = { 1: { id: 'ast_a', content_type: 'image/png', sha256: 'cd'.repeat(32), bytes: 10 } };
const stateOf = (changes: Partial<GenerationRequest> = {}) =>
  liveState.parse({ request: { ...request, ...changes }, epoch: 1, status: 'decoding', assets });

describe('provenance', () => {
  it('says that a model made the file, and every setting that makes it again', () => {
    expect(JSON.parse(provenance(stateOf(), 1))).toEqual({
      digital_source_type: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
      generator: 'medley',
      bundle: request.bundle,
      seed: 42,
      sample: 1,
      samples: 2,
      steps: 20,
      sampler: 'flow_euler',
      determinism: 'strict',
      conditions: [
        { type: 'text', weight: 1, text: 'a dog' },
        { type: 'image', weight: 0.5, sha256: 'cd'.repeat(32) },
      ],
      negative: 'a cat',
      outputs: request.outputs,
    });
  });

  it('is the same for every request for the same, and holds nothing private', () => {
    const other = stateOf({ id: 'gen_b', owner: 'key_b', created_at: '2027-01-01T00:00:00.000Z', metadata: {} });
    expect(provenance(other, 0)).toBe(provenance(stateOf(), 0));
    expect(provenance(stateOf(), 0)).not.toMatch(/secret|key_|gen_|1234/);
  });
});
