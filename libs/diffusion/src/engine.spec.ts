import { describe, expect, it } from '@jest/globals';
import { MODALITY_INDEX, type Modality } from '@medley/domain';
import { elementCount, float32, type Tensor } from '@medley/tensor';
import { createEngine, type EngineOptions } from './engine.ts';
import type { JointModel } from './joint-model.ts';
import type { RunSpec } from './run.ts';
import { checkpointBytes, checkpointFromBytes } from './checkpoint-bytes.ts';

const SHAPES = { text: [3], image: [2, 2], audio: [4], video: [2, 3] } as const;

/** A small joint model in closed form: predictions depend on latent, timestep, condition and on what is heard. */
function analyticModel(
  watch: { rows: number[]; fail?: (condition: number) => boolean; gate?: Promise<void> } = { rows: [] },
): JointModel {
  return {
    spec: {
      bundleDigest: 'd',
      schedule: { type: 'scaled_linear', train_steps: 1000, beta_start: 0.00085, beta_end: 0.012 },
      samplers: ['ddim', 'dpmpp_2m', 'euler'],
      attends: ['others', 'own'],
      latentShapes: SHAPES,
      conditionTokens: 1,
      conditionWidth: 2,
      environmentTokens: 1,
      environmentWidth: 2,
      milliseconds: {},
    },
    async environment(modality, latent, timestep) {
      const size = elementCount(latent.shape.slice(1));
      const told = float32([latent.shape[0]!, 1, 2]);
      for (let row = 0; row < latent.shape[0]!; row += 1) {
        told.data[row * 2] = Math.tanh(latent.data[row * size]! + MODALITY_INDEX[modality]);
        told.data[row * 2 + 1] = Math.sin(timestep.data[row]! / 300);
      }
      return told;
    },
    async denoise(modality, { latent, timestep, condition, environment, mask }) {
      await watch.gate;
      const rows = latent.shape[0]!;
      watch.rows.push(rows);
      const size = elementCount(latent.shape.slice(1));
      const answer = float32(latent.shape);
      for (let row = 0; row < rows; row += 1) {
        if (watch.fail?.(condition.data[row * 2]!) === true) throw new Error('the graph failed');
        let heard = 0;
        for (let slot = 0; slot < 4; slot += 1)
          heard += mask.data[row * 4 + slot]! * environment.data[(row * 4 + slot) * 2]! * (slot + 1);
        for (let index = 0; index < size; index += 1) {
          const at = row * size + index;
          answer.data[at] = Math.tanh(
            latent.data[at]! * 0.6 + condition.data[row * 2]! + 0.2 * heard + Math.sin(timestep.data[row]! / 200),
          );
        }
      }
      return answer;
    },
  };
}

function runSpec(id: string, outputs: Modality[], change: Partial<RunSpec> = {}): RunSpec {
  return {
    id,
    epoch: 1,
    seed: 5,
    outputs: outputs.map((modality) => ({ modality, guidance: 3 })),
    samples: 1,
    steps: 6,
    sampler: 'dpmpp_2m',
    attends: 'others',
    condition: float32([1, 2], new Float32Array([0.4, -0.2])),
    unconditional: float32([1, 2]),
    determinism: 'tolerant',
    ...change,
  };
}

const never = () => new AbortController().signal;
const engineOf = (options: Partial<EngineOptions> = {}) =>
  createEngine({ model: analyticModel(), concurrency: 2, ...options });

async function generate(spec: RunSpec, options: Partial<EngineOptions> = {}) {
  return engineOf(options).admit(spec, { signal: never() }).result;
}
const values = (result: ReadonlyMap<Modality, Tensor<'float32'>>, modality: Modality) => [
  ...result.get(modality)!.data,
];

describe('engine', () => {
  it('answers one latent a sample for each output', async () => {
    const result = await generate(runSpec('a', ['image', 'text'], { samples: 2 }));
    expect([...result.keys()]).toEqual(['text', 'image']);
    expect(result.get('image')!.shape).toEqual([2, 2, 2]);
    expect(values(result, 'image').slice(0, 4)).not.toEqual(values(result, 'image').slice(4));
  });

  it('depends neither on the order of outputs nor on how often it is run', async () => {
    const one = await generate(runSpec('a', ['image', 'audio']));
    const other = await generate(runSpec('b', ['audio', 'image']));
    expect(values(one, 'image')).toEqual(values(other, 'image'));
    expect(values(one, 'audio')).toEqual(values(other, 'audio'));
  });

  it('is joint: an output changes when another one stands beside it, and when that one starts from other noise', async () => {
    const alone = await generate(runSpec('a', ['image']));
    const joint = await generate(runSpec('b', ['image', 'audio']));
    const shaken = await generate(runSpec('c', ['image', 'audio']), {
      noise: (_, modality, _sample, shape) =>
        float32(shape, new Float32Array(elementCount(shape)).fill(modality === 'audio' ? 0.5 : 0.1)),
    });
    const still = await generate(runSpec('d', ['image', 'audio']), {
      noise: (_, modality, _sample, shape) =>
        float32(shape, new Float32Array(elementCount(shape)).fill(modality === 'audio' ? -0.5 : 0.1)),
    });
    expect(values(joint, 'image')).not.toEqual(values(alone, 'image'));
    expect(values(shaken, 'image')).not.toEqual(values(still, 'image'));
  });

  it('exchanges nothing when each output attends to its own environment', async () => {
    const noise =
      (level: number): EngineOptions['noise'] =>
      (_, modality, _sample, shape) =>
        float32(shape, new Float32Array(elementCount(shape)).fill(modality === 'audio' ? level : 0.1));
    const one = await generate(runSpec('a', ['image', 'audio'], { attends: 'own' }), { noise: noise(0.5)! });
    const other = await generate(runSpec('b', ['image', 'audio'], { attends: 'own' }), { noise: noise(-0.5)! });
    expect(values(one, 'image')).toEqual(values(other, 'image'));
  });

  it('packs rows of runs that differ in step, steps, guidance and outputs, and changes none of them', async () => {
    const specs = [
      runSpec('a', ['image', 'audio']),
      runSpec('b', ['image'], { steps: 3, seed: 9, sampler: 'ddim' }),
      runSpec('c', ['image', 'text'], {
        outputs: [
          { modality: 'image', guidance: 1 },
          { modality: 'text', guidance: 5 },
        ],
        seed: 11,
      }),
      runSpec('d', ['image'], { samples: 2, sampler: 'euler', seed: 12 }),
    ];
    const watch = { rows: [] as number[] };
    const engine = engineOf({ model: analyticModel(watch), concurrency: 1 });
    const together = await Promise.all(specs.map((spec) => engine.admit(spec, { signal: never() }).result));
    expect(Math.max(...watch.rows)).toBeGreaterThan(4);
    for (const [index, spec] of specs.entries())
      expect(values(together[index]!, 'image')).toEqual(values(await generate(spec), 'image'));
    expect(engine.active).toBe(0);
  });

  it('gives strict runs batches of one fixed size that nobody shares', async () => {
    const watch = { rows: [] as number[] };
    const engine = engineOf({ model: analyticModel(watch), concurrency: 1 });
    const specs = ['a', 'b', 'c'].map((id, index) =>
      runSpec(id, ['image'], {
        determinism: 'strict',
        samples: 2,
        seed: index,
        outputs: [{ modality: 'image', guidance: index }],
      }),
    );
    await Promise.all(specs.map((spec) => engine.admit(spec, { signal: never() }).result));
    expect(new Set(watch.rows)).toEqual(new Set([2]));
  });

  it('reports every step with an estimate of where it is heading', async () => {
    const handle = engineOf().admit(runSpec('a', ['image']), { signal: never() });
    const steps: number[] = [];
    for await (const event of handle.events) {
      steps.push(event.step);
      expect(event.estimate('image', 0).shape).toEqual([1, 2, 2]);
    }
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each(['ddim', 'dpmpp_2m', 'euler'] as const)('resumes %s from a checkpoint bit for bit', async (sampler) => {
    const spec = runSpec('a', ['image', 'video'], { sampler, samples: 2 });
    const whole = await generate(spec);
    const engine = engineOf();
    const stop = new AbortController();
    const run = engine.admit(spec, { signal: stop.signal });
    expect(run.checkpoint()).toMatchObject({ step: 0 });
    for await (const { step } of run.events) if (step === 3) stop.abort(new Error('the worker leaves'));
    await expect(run.result).rejects.toThrow('the worker leaves');
    expect(engine.active).toBe(0);
    const from = checkpointFromBytes(checkpointBytes(run.checkpoint()));
    expect(from).toEqual(run.checkpoint());
    expect(from.step).toBeGreaterThanOrEqual(3);
    expect(from.step).toBeLessThan(spec.steps);
    const resumed = engineOf().admit(spec, { signal: never(), from });
    const first = resumed.events[Symbol.asyncIterator]().next();
    expect((await first).value).toMatchObject({ step: from.step + 1 });
    for (const modality of ['image', 'video'] as const)
      expect(values(await resumed.result, modality)).toEqual(values(whole, modality));
  });

  it('refuses a checkpoint of another bundle', () => {
    const from = { v: 1 as const, bundleDigest: 'other', epoch: 1, step: 1, outputs: [] };
    expect(() => engineOf().admit(runSpec('a', ['image']), { signal: never(), from })).toThrow(
      'the checkpoint of run a is of bundle other',
    );
  });

  it('stops a run at a step boundary when its signal is aborted, and goes on with the others', async () => {
    const engine = engineOf({ concurrency: 1 });
    const stop = new AbortController();
    const canceled = engine.admit(runSpec('a', ['image']), { signal: stop.signal });
    const other = engine.admit(runSpec('b', ['image'], { seed: 2 }), { signal: never() });
    for await (const { step } of canceled.events) if (step === 2) stop.abort(new Error('canceled by the client'));
    await expect(canceled.result).rejects.toThrow('canceled by the client');
    expect(values(await other.result, 'image')).toEqual(
      values(await generate(runSpec('c', ['image'], { seed: 2 })), 'image'),
    );
  });

  it('never starts a run whose signal is aborted already', async () => {
    const watch = { rows: [] as number[] };
    const handle = engineOf({ model: analyticModel(watch) }).admit(runSpec('a', ['image']), {
      signal: AbortSignal.abort(new Error('late')),
    });
    await expect(handle.result).rejects.toThrow('late');
    expect(watch.rows).toEqual([]);
  });

  it('fails a run whose latent is not finite, in words the client can act on', async () => {
    const spec = runSpec('a', ['image'], { condition: float32([1, 2], new Float32Array([NaN, 0])) });
    await expect(generate(spec)).rejects.toMatchObject({
      code: 'numeric_failure',
      message: expect.stringContaining('guidance 3') as unknown,
    });
  });

  it('lets a short run pass a long one, and a large one fill no more than a batch', async () => {
    const watch = { rows: [] as number[] };
    const engine = engineOf({ model: analyticModel(watch), concurrency: 1 });
    const ended: string[] = [];
    const admit = (spec: RunSpec) =>
      engine.admit(spec, { signal: never() }).result.then((result) => (ended.push(spec.id), result));
    const large = admit(runSpec('large', ['image'], { samples: 8, steps: 40 }));
    const short = admit(runSpec('short', ['audio'], { steps: 2 }));
    const result = await large;
    await short;
    expect(ended).toEqual(['short', 'large']);
    expect(Math.max(...watch.rows)).toBe(8);
    const alone = await generate(runSpec('alone', ['image'], { samples: 8, steps: 40 }));
    expect(values(result, 'image')).toEqual(values(alone, 'image'));
  });

  it('fails the run whose rows make a batch fail, and none of those that share it', async () => {
    const watch = { rows: [] as number[], fail: (condition: number) => condition > 5 };
    const engine = engineOf({ model: analyticModel(watch), concurrency: 1 });
    const condition = float32([1, 2], new Float32Array([9, 0]));
    const [bad, ...good] = [
      runSpec('a', ['image'], { condition }),
      runSpec('b', ['image'], { seed: 8 }),
      runSpec('c', ['image'], { seed: 9, samples: 2 }),
    ].map((spec) => engine.admit(spec, { signal: never() }).result);
    await expect(bad).rejects.toThrow('the graph failed');
    expect(Math.max(...watch.rows)).toBe(8);
    for (const [index, seed] of [8, 9].entries()) {
      const alone = await generate(runSpec('x', ['image'], { seed, samples: index + 1 }));
      expect(values(await good[index]!, 'image')).toEqual(values(alone, 'image'));
    }
    expect(engine.active).toBe(0);
  });

  it('fails the runs of a failing batch and no other', async () => {
    const model = analyticModel({ rows: [], fail: (condition) => condition > 5 });
    const engine = engineOf({ model, concurrency: 2 });
    const bad = engine.admit(
      runSpec('a', ['image'], { determinism: 'strict', condition: float32([1, 2], new Float32Array([9, 0])) }),
      { signal: never() },
    );
    const good = engine.admit(runSpec('b', ['image'], { determinism: 'strict' }), { signal: never() });
    await expect(bad.result).rejects.toThrow('the graph failed');
    await expect(good.result).resolves.toBeDefined();
    expect(engine.active).toBe(0);
  });

  it('learns what batches cost', async () => {
    const engine = engineOf();
    expect(engine.cost.estimate('image', 'denoiser', 2)).toBe(20);
    await engine.admit(runSpec('a', ['image']), { signal: never() }).result;
    expect(engine.cost.estimate('image', 'denoiser', 2)).not.toBe(20);
  });
});
