import { alphasCumprod, type DiscreteSchedule } from '../schedule.ts';
import type { Trajectory } from './sampler.ts';

/**
 * DDIM, η = 0 (Song, Meng, Ermon 2020, eq. 12), leading spacing, offset 1, and the first training step's product
 * of alphas at the end. diffusers: DDIMScheduler(steps_offset=1, set_alpha_to_one=False). Where the steps divide the training's,
 * these are those of the released CoDi, which takes more of them elsewhere.
 */
export function ddim(schedule: DiscreteSchedule, steps: number): Trajectory {
  const alphas = alphasCumprod(schedule);
  const stride = Math.floor(schedule.train_steps / steps);
  const timesteps = Float64Array.from({ length: steps }, (_, index) => (steps - 1 - index) * stride + 1);
  const alphaAt = (timestep: number) => alphas[Math.max(0, timestep)]!;
  const clean = (alpha: number, x: number, epsilon: number) => (x - Math.sqrt(1 - alpha) * epsilon) / Math.sqrt(alpha);
  return {
    steps,
    timesteps,
    initialScale: 1,
    remembers: false,
    inputScale: () => 1,
    advance(step, latent, prediction) {
      const now = alphaAt(timesteps[step]!);
      const after = alphaAt(timesteps[step]! - stride);
      const keep = Math.sqrt(after);
      const noise = Math.sqrt(1 - after);
      for (let index = 0; index < latent.length; index += 1) {
        const epsilon = prediction[index]!;
        latent[index] = keep * clean(now, latent[index]!, epsilon) + noise * epsilon;
      }
    },
    estimate(step, latent, prediction) {
      const now = alphaAt(timesteps[step]!);
      return latent.map((x, index) => clean(now, x, prediction[index]!));
    },
  };
}
