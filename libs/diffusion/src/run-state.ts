import { GenerationError, MODALITIES, MODALITY_INDEX, type Modality } from '@medley/domain';
import { elementCount, float32, standardNormal, type Tensor } from '@medley/tensor';
import { needsUnconditional } from './guidance.ts';
import type { JointModelSpec } from './joint-model.ts';
import type { ReadyRows, StepGraph } from './policy.ts';
import { orderedOutputs, type Checkpoint, type RunOutput, type RunSpec } from './run.ts';
import { createTrajectory } from './samplers/create-trajectory.ts';
import type { Trajectory } from './samplers/sampler.ts';

/** Where initial latents come from. The default is Philox; tests give golden noise. */
export type NoiseSource = (
  spec: RunSpec,
  modality: Modality,
  sample: number,
  shape: readonly number[],
) => Tensor<'float32'>;

export const philoxNoise: NoiseSource = (spec, modality, sample, shape) =>
  standardNormal(shape, { seed: spec.seed, modality: MODALITY_INDEX[modality], sample, stream: 0 });

interface OutputState extends RunOutput {
  shape: readonly number[];
  size: number;
  /** One for each sample, advanced in place. */
  latents: Float32Array[];
  histories: Float32Array[];
  /** Environment of each sample at this step: [M × E]. */
  environments: (Float32Array | undefined)[];
  /** Guided prediction of each sample at this step. */
  predictions: (Float32Array | undefined)[];
}

/** One run between its steps: which graphs it needs next, and what their answers change. */
export class RunState {
  readonly spec: RunSpec;
  readonly order: number;
  /** See ReadyRows. */
  readonly due: number;
  readonly trajectory: Trajectory;
  readonly outputs: OutputState[];
  step = 0;
  /** Samples of outputs that are in a batch now: `<modality> <sample>`. */
  readonly pending = new Set<string>();

  readonly #model: JointModelSpec;
  /** What the estimate of the last step is computed from: latent before it and prediction, by modality and sample. */
  readonly #last = new Map<string, { latent: Float32Array; prediction: Float32Array }>();

  constructor(
    spec: RunSpec,
    { order, due }: { order: number; due: number },
    model: JointModelSpec,
    noise: NoiseSource,
    from?: Checkpoint,
  ) {
    this.spec = spec;
    this.order = order;
    this.due = due;
    this.#model = model;
    if (!model.attends.includes(spec.attends)) {
      throw new GenerationError(
        'unsupported_by_bundle',
        `attends is ${spec.attends}; the bundle has ${model.attends.join(', ')}`,
      );
    }
    this.trajectory = createTrajectory(spec.sampler, model.schedule, spec.steps);
    this.outputs = orderedOutputs(spec.outputs).map((output) => this.#start(output, noise));
    if (from !== undefined) this.#restore(from);
  }

  get done(): boolean {
    return this.step === this.trajectory.steps;
  }

  /** Units that can run now: environments first, then denoisers once every environment of the step is there. */
  ready(): ReadyRows[] {
    if (this.done) return [];
    const exchange = this.spec.attends === 'own' || this.outputs.length > 1;
    const missing = exchange ? this.outputs.filter((output) => output.environments.includes(undefined)) : [];
    const graph: StepGraph = missing.length > 0 ? 'environment_encoder' : 'denoiser';
    const needy =
      missing.length > 0 ? missing : this.outputs.filter((output) => output.predictions.includes(undefined));
    return needy.flatMap((output) => {
      const samples = this.openSamples(output, graph).length;
      if (samples === 0) return [];
      return {
        run: this.spec.id,
        modality: output.modality,
        graph,
        samples,
        rowsEach: graph === 'denoiser' && needsUnconditional(output.guidance) ? 2 : 1,
        alone: this.spec.determinism === 'strict',
        due: this.due,
        order: this.order,
      };
    });
  }

  /** The samples that wait for their rows to go into a batch: all, or one at a time in strict runs. */
  openSamples(output: OutputState, graph: StepGraph): number[] {
    const answers = graph === 'denoiser' ? output.predictions : output.environments;
    const isPending = (sample: number) => this.pending.has(`${output.modality} ${sample}`);
    const open = answers.flatMap((answer, sample) => (answer === undefined ? [sample] : []));
    if (this.spec.determinism === 'strict') return open.slice(0, 1).filter((sample) => !isPending(sample));
    return open.filter((sample) => !isPending(sample));
  }

  output(modality: Modality): OutputState {
    return this.outputs.find((output) => output.modality === modality)!;
  }

  /** The latent as the graphs see it, into `target`. */
  writeLatent(output: OutputState, sample: number, target: Float32Array): void {
    const scale = this.trajectory.inputScale(this.step);
    const latent = output.latents[sample]!;
    if (scale === 1) target.set(latent);
    else for (let index = 0; index < latent.length; index += 1) target[index] = latent[index]! * scale;
  }

  /** Environments of what this output attends to: into slots [4 × M × E] and mask [4], which are zero before. */
  writeEnvironment(output: OutputState, sample: number, slots: Float32Array, mask: Float32Array): void {
    const size = this.#model.environmentTokens * this.#model.environmentWidth;
    for (const other of this.outputs) {
      const heard = this.spec.attends === 'own' ? other === output : other !== output;
      if (!heard) continue;
      const slot = MODALITIES.indexOf(other.modality);
      slots.set(other.environments[sample]!, slot * size);
      mask[slot] = 1;
    }
  }

  /** Takes the step once every prediction is there. Throws GenerationError `numeric_failure` when a latent is not finite. */
  advanceWhenComplete(): boolean {
    if (this.outputs.some((output) => output.predictions.includes(undefined))) return false;
    for (const output of this.outputs) {
      output.latents.forEach((latent, sample) => {
        const prediction = output.predictions[sample]!;
        this.#last.set(`${output.modality} ${sample}`, { latent: latent.slice(), prediction });
        this.trajectory.advance(this.step, latent, prediction, output.histories[sample]!);
        if (!Number.isFinite(latent.reduce((sum, value) => sum + value, 0))) {
          throw new GenerationError(
            'numeric_failure',
            `the ${output.modality} latent is not finite after step ${this.step + 1} of ${this.trajectory.steps} (guidance ${output.guidance}); try a lower guidance or more steps`,
          );
        }
      });
      output.environments.fill(undefined);
      output.predictions.fill(undefined);
    }
    this.step += 1;
    return true;
  }

  /** See StepDone. */
  estimate(modality: Modality, sample: number): Tensor<'float32'> {
    const { latent, prediction } = this.#last.get(`${modality} ${sample}`)!;
    return float32([1, ...this.output(modality).shape], this.trajectory.estimate(this.step - 1, latent, prediction));
  }

  result(): Map<Modality, Tensor<'float32'>> {
    return new Map(
      this.outputs.map((output) => {
        const joined = float32([this.spec.samples, ...output.shape]);
        output.latents.forEach((latent, sample) => joined.data.set(latent, sample * output.size));
        return [output.modality, joined];
      }),
    );
  }

  checkpoint(): Checkpoint {
    return {
      v: 1,
      bundleDigest: this.#model.bundleDigest,
      epoch: this.spec.epoch,
      step: this.step,
      outputs: this.outputs.flatMap((output) =>
        output.latents.map((latent, sample) => ({
          modality: output.modality,
          sample,
          latent: latent.slice(),
          samplerHistory: output.histories[sample]!.slice(),
        })),
      ),
    };
  }

  #start(output: RunOutput, noise: NoiseSource): OutputState {
    const shape = this.#model.latentShapes[output.modality];
    if (shape === undefined)
      throw new GenerationError('unsupported_by_bundle', `the bundle makes no ${output.modality}`);
    const { samples } = this.spec;
    const { initialScale, remembers } = this.trajectory;
    const size = elementCount(shape);
    const empty = () => Array.from<Float32Array | undefined>({ length: samples }).fill(undefined);
    return {
      ...output,
      shape,
      size,
      latents: Array.from({ length: samples }, (_, sample) =>
        noise(this.spec, output.modality, sample, shape).data.map((x) => x * initialScale),
      ),
      histories: Array.from({ length: samples }, () => new Float32Array(remembers ? size : 0)),
      environments: empty(),
      predictions: empty(),
    };
  }

  #restore(from: Checkpoint): void {
    const refuse = (reason: string) => new Error(`the checkpoint of run ${this.spec.id} ${reason}`);
    if (from.bundleDigest !== this.#model.bundleDigest) throw refuse(`is of bundle ${from.bundleDigest}`);
    if (from.outputs.length !== this.outputs.length * this.spec.samples)
      throw refuse(`has ${from.outputs.length} latents`);
    for (const saved of from.outputs) {
      const output = this.outputs.find(({ modality }) => modality === saved.modality);
      if (output?.latents[saved.sample]?.length !== saved.latent.length)
        throw refuse(`has no fitting ${saved.modality} sample ${saved.sample}`);
      output.latents[saved.sample] = saved.latent.slice();
      output.histories[saved.sample] = saved.samplerHistory.slice();
    }
    this.step = from.step;
  }
}
