import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GRAPH_ROLES, loadBundle, type GraphRole, type Modality, type SamplerName, type Bundle } from '@medley/domain';
import { createEngine, type Attends } from '@medley/diffusion';
import { float32, type Tensor } from '@medley/tensor';
import { GraphRunner, SessionPool, createJointModel, verifyBundle } from './index.ts';
import { readSafetensors } from './safetensors.ts';

const bundles = new URL('../../../bundles/', import.meta.url);
const never = new AbortController().signal;

interface GoldenGenerations {
  file: string;
  cases: {
    name: string;
    outputs: Modality[];
    steps: number;
    guidance: number;
    sampler: SamplerName;
    attends: Attends;
  }[];
}

/** The largest difference, relative to the largest value. */
function difference(real: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 1e-6;
  let error = 0;
  for (let index = 0; index < expected.length; index += 1) {
    largest = Math.max(largest, Math.abs(expected[index]!));
    error = Math.max(error, Math.abs(real[index]! - expected[index]!));
  }
  return error / largest;
}

describe.each(readdirSync(bundles))('golden vectors of %s', (name) => {
  const folder = new URL(`${name}/`, bundles);
  const golden = readSafetensors(new URL('golden/graphs.safetensors', folder));
  const generations = JSON.parse(readFileSync(new URL('golden/generations.json', folder), 'utf8')) as GoldenGenerations;
  const graphs = [...new Set([...golden.keys()].map((key) => key.split('/')[0]!))];
  let bundle: Bundle;
  let pool: SessionPool;
  let runner: GraphRunner;

  beforeAll(async () => {
    bundle = await loadBundle(folder.pathname);
    pool = new SessionPool({ threads: 1 });
    runner = await GraphRunner.load(bundle, pool, GRAPH_ROLES);
  });
  afterAll(() => pool.close());

  it('has files as its manifest says', async () => {
    await expect(verifyBundle(bundle)).resolves.toBeUndefined();
  });

  it.each(graphs)('%s equals PyTorch', async (graph) => {
    const [modality, role] = graph.split('@')[0]!.split('.') as [Modality, GraphRole];
    const part = (side: string) => [...golden].filter(([name]) => name.startsWith(`${graph}/${side}/`));
    const feeds = Object.fromEntries(
      part('in').map(([name, value]) => [name.split('/')[2]!, { ...value, data: value.data.slice() }]),
    ) as Record<string, Tensor>;
    const [, expected] = part('out').find(([name]) => !name.endsWith('/present'))!;
    const answer = await runner.run(modality, role, feeds, never);
    expect(answer.shape).toEqual(expected.shape);
    expect(difference(answer.data, expected.data as Float32Array)).toBeLessThan(1e-3);
  });

  const latents = readSafetensors(new URL(generations.file, folder));
  it.each(generations.cases)(
    'the engine generates $name as the reference does',
    async ({ name, outputs, steps, guidance, sampler, attends }) => {
      const take = (what: string) => latents.get(`${name}/${what}`) as Tensor<'float32'>;
      const engine = createEngine({
        model: createJointModel(runner),
        concurrency: 1,
        noise: (_, modality, _sample, shape) => float32(shape, take(`${modality}/noise`).data.slice()),
      });
      const spec = {
        id: name,
        epoch: 1,
        seed: 0,
        samples: 1,
        steps,
        sampler,
        attends,
        determinism: 'tolerant' as const,
      };
      const { space } = bundle.manifest;
      const shape = [space.condition_tokens, space.condition_width];
      const { result } = engine.admit(
        {
          ...spec,
          outputs: outputs.map((modality) => ({ modality, guidance })),
          condition: float32(shape, take('condition').data),
          unconditional: float32(shape, take('null').data),
        },
        { signal: never },
      );
      for (const [modality, latent] of await result) {
        expect(difference(latent.data, take(`${modality}/latent`).data)).toBeLessThan(bundle.manifest.tolerance.latent);
      }
    },
  );
});
