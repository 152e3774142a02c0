import { interpolate, linspace, sigmasOf, type DiscreteSchedule } from '../schedule.ts';
import type { Trajectory } from './sampler.ts';

/** Euler's method on the probability flow (Karras et al. 2022, algorithm 2 without churn). diffusers: EulerDiscreteScheduler with its defaults. */
export function euler(schedule: DiscreteSchedule, steps: number): Trajectory {
  const trained = sigmasOf(schedule);
  const timesteps = steps === 1 ? Float64Array.of(0) : linspace(0, schedule.train_steps - 1, steps).reverse();
  const sigmas = Float64Array.from([...timesteps.map((timestep) => interpolate(trained, timestep)), 0]);
  return {
    steps,
    timesteps,
    initialScale: Math.max(...sigmas),
    remembers: false,
    inputScale: (step) => 1 / Math.sqrt(sigmas[step]! ** 2 + 1),
    advance(step, latent, prediction) {
      const change = sigmas[step + 1]! - sigmas[step]!;
      for (let index = 0; index < latent.length; index += 1) latent[index]! += change * prediction[index]!;
    },
    estimate: (step, latent, prediction) => latent.map((x, index) => x - sigmas[step]! * prediction[index]!),
  };
}
