import { linspace, sigmasOf, type DiscreteSchedule } from '../schedule.ts';
import type { Trajectory } from './sampler.ts';

/**
 * DPM-Solver++(2M) (Lu et al. 2022, algorithm 2; midpoint). diffusers: DPMSolverMultistepScheduler with its defaults,
 * linspace spacing and a last sigma of 0, which makes the last step one of first order.
 */
export function dpmSolverPlusPlus2M(schedule: DiscreteSchedule, steps: number): Trajectory {
  const trained = sigmasOf(schedule);
  const timesteps = linspace(0, schedule.train_steps - 1, steps + 1)
    .map(roundHalfToEven)
    .reverse()
    .subarray(0, steps);
  const sigmas = Float64Array.from([...timesteps.map((timestep) => trained[timestep]!), 0]);
  const alphaOf = (sigma: number) => 1 / Math.sqrt(sigma * sigma + 1);
  // λ = log(α / (α σ)): the relative noise scale alone decides it.
  const lambda = (sigma: number) => -Math.log(sigma);
  const clean = (step: number, x: number, epsilon: number) => {
    const alpha = alphaOf(sigmas[step]!);
    return (x - sigmas[step]! * alpha * epsilon) / alpha;
  };
  return {
    steps,
    timesteps,
    initialScale: 1,
    remembers: true,
    inputScale: () => 1,
    advance(step, latent, prediction, history) {
      const now = sigmas[step]!;
      const after = sigmas[step + 1]!;
      const h = lambda(after) - lambda(now);
      const keep = (after * alphaOf(after)) / (now * alphaOf(now));
      const move = -alphaOf(after) * Math.expm1(-h);
      const second = step > 0 && step < steps - 1;
      const ratio = second ? h / (lambda(now) - lambda(sigmas[step - 1]!)) : 0;
      for (let index = 0; index < latent.length; index += 1) {
        const data = clean(step, latent[index]!, prediction[index]!);
        const slope = second ? 0.5 * ratio * (data - history[index]!) : 0;
        latent[index] = keep * latent[index]! + move * (data + slope);
        history[index] = data;
      }
    },
    estimate: (step, latent, prediction) => latent.map((x, index) => clean(step, x, prediction[index]!)),
  };
}

/** As NumPy rounds, and so diffusers. */
function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}
