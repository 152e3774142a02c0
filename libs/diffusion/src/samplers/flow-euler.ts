import { linspace, type FlowSchedule } from '../schedule.ts';
import type { Trajectory } from './sampler.ts';

/**
 * Euler's method on a rectified flow (Liu et al. 2022; Esser et al. 2024 for the shift). The prediction is the velocity
 * noise - data. diffusers: FlowMatchEulerDiscreteScheduler, which shifts its smallest sigma twice.
 */
export function flowEuler({ train_steps: count, shift }: FlowSchedule, steps: number): Trajectory {
  const shifted = (sigma: number) => (shift * sigma) / (1 + (shift - 1) * sigma);
  const sigmas = Float64Array.from([...linspace(1, shifted(1 / count), steps).map(shifted), 0]);
  return {
    steps,
    timesteps: sigmas.subarray(0, steps).map((sigma) => sigma * count),
    initialScale: 1,
    remembers: false,
    inputScale: () => 1,
    advance(step, latent, prediction) {
      const change = sigmas[step + 1]! - sigmas[step]!;
      for (let index = 0; index < latent.length; index += 1) latent[index]! += change * prediction[index]!;
    },
    estimate: (step, latent, prediction) => latent.map((x, index) => x - sigmas[step]! * prediction[index]!),
  };
}
