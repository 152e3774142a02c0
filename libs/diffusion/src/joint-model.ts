import type { Modality, SamplerName, ScheduleSpec } from '@medley/domain';
import type { Tensor } from '@medley/tensor';

/** What the engine needs to know of a bundle. */
export interface JointModelSpec {
  bundleDigest: string;
  schedule: ScheduleSpec;
  samplers: readonly SamplerName[];
  attends: readonly Attends[];
  /** Shape of one diffusion latent, without the batch. */
  latentShapes: Partial<Record<Modality, readonly number[]>>;
  conditionTokens: number;
  conditionWidth: number;
  environmentTokens: number;
  environmentWidth: number;
  /** Milliseconds of one call with one row, as measured when the bundle was made. */
  milliseconds: Partial<Record<Modality, { environment_encoder?: number; denoiser?: number }>>;
}

/** Which environments a denoiser attends to: those of the other outputs (the paper), or its own (the released CoDi code). */
export type Attends = 'others' | 'own';

export interface DenoiserInputs {
  /** [rows, ...latent] */
  latent: Tensor<'float32'>;
  /** [rows] */
  timestep: Tensor<'float32'>;
  /** [rows, T, D] */
  condition: Tensor<'float32'>;
  /** [rows, 4, M, E] */
  environment: Tensor<'float32'>;
  /** [rows, 4], 1 where a modality is present */
  mask: Tensor<'float32'>;
}

/** The graphs behind the engine. Inputs are given up by the caller: an implementation may transfer their buffers. */
export interface JointModel {
  readonly spec: JointModelSpec;
  /** latent [rows, ...], timestep [rows] → [rows, M, E]. */
  environment(
    modality: Modality,
    latent: Tensor<'float32'>,
    timestep: Tensor<'float32'>,
    signal: AbortSignal,
  ): Promise<Tensor<'float32'>>;
  /** → prediction [rows, ...latent]. */
  denoise(modality: Modality, inputs: DenoiserInputs, signal: AbortSignal): Promise<Tensor<'float32'>>;
}
