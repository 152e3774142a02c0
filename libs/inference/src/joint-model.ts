import { MODALITIES, type Modality, type Bundle } from '@medley/domain';
import type { JointModel, JointModelSpec } from '@medley/diffusion';
import type { GraphRunner } from './graph-runner.ts';

/** The diffusion graphs of a bundle as the engine takes them. */
export function createJointModel(runner: GraphRunner): JointModel {
  return {
    spec: jointModelSpec(runner.bundle),
    environment: (modality, latent, timestep, signal) =>
      runner.run(modality, 'environment_encoder', { latent, timestep }, signal),
    denoise: (modality, inputs, signal) => runner.run(modality, 'denoiser', { ...inputs }, signal),
  };
}

function jointModelSpec({ digest, manifest }: Bundle): JointModelSpec {
  const { space, diffusion } = manifest;
  const present = MODALITIES.filter((modality) => manifest.modalities[modality]?.graphs.denoiser !== undefined);
  const entries = <Value>(value: (modality: Modality) => Value) =>
    Object.fromEntries(present.map((modality) => [modality, value(modality)])) as Partial<Record<Modality, Value>>;
  return {
    bundleDigest: digest,
    schedule: diffusion.schedule,
    samplers: diffusion.samplers,
    attends: manifest.environment.attends,
    latentShapes: entries((modality) => manifest.modalities[modality]!.latent.shape),
    conditionTokens: space.condition_tokens,
    conditionWidth: space.condition_width,
    environmentTokens: space.environment_tokens,
    environmentWidth: space.environment_width,
    milliseconds: entries((modality) => manifest.modalities[modality]!.milliseconds),
  };
}
