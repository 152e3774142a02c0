import { MODALITIES, type Modality, type SamplerName } from '@medley/domain';
import type { Tensor } from '@medley/tensor';
import type { Attends } from './joint-model.ts';

export interface RunOutput {
  modality: Modality;
  guidance: number;
}

/** One generation inside the engine. */
export interface RunSpec {
  id: string;
  epoch: number;
  seed: number;
  /** Each modality once. All share one step grid. */
  outputs: readonly RunOutput[];
  /** Samples of every output; sample s of every modality belongs together. */
  samples: number;
  steps: number;
  sampler: SamplerName;
  attends: Attends;
  /** [T, D] */
  condition: Tensor<'float32'>;
  /** [T, D]: the null or the negative condition. */
  unconditional: Tensor<'float32'>;
  /** `strict`: batches of one fixed size that no other run shares. */
  determinism: 'tolerant' | 'strict';
}

/** All that a run needs to go on elsewhere; noise is counter-based and needs no state. */
export interface Checkpoint {
  v: 1;
  bundleDigest: string;
  epoch: number;
  /** Steps done. */
  step: number;
  outputs: {
    modality: Modality;
    sample: number;
    latent: Float32Array;
    /** Empty for samplers that remember nothing. */
    samplerHistory: Float32Array;
  }[];
}

/** A step was completed. The functions read the run's present state; call them before the next event is taken. */
export interface StepDone {
  type: 'step';
  step: number;
  steps: number;
  /** The clean diffusion latent that the run is heading for: [1, ...latent]. */
  estimate(modality: Modality, sample: number): Tensor<'float32'>;
}

export interface RunHandle {
  /** Every completed step, in order; ends with the run. One consumer. */
  events: AsyncIterable<StepDone>;
  /** The run after its last whole step; at any time, also when it has been stopped. */
  checkpoint(): Checkpoint;
  /** Final diffusion latents [samples, ...latent] by modality. Rejects with GenerationError or the signal's reason. */
  result: Promise<ReadonlyMap<Modality, Tensor<'float32'>>>;
}

/** Outputs in the order of the environment slots, whatever order they were asked in. */
export function orderedOutputs(outputs: readonly RunOutput[]): RunOutput[] {
  return MODALITIES.flatMap((modality) => outputs.filter((output) => output.modality === modality));
}
