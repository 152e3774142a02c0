import type { ScheduleSpec } from '@medley/domain';

export type DiscreteSchedule = Extract<ScheduleSpec, { type: 'scaled_linear' }>;
export type FlowSchedule = Extract<ScheduleSpec, { type: 'rectified_flow' }>;

/** Products of alphas of the scaled-linear schedule of latent diffusion: betas = linspace(√start, √end, n)². */
export function alphasCumprod({
  train_steps: count,
  beta_start: start,
  beta_end: end,
}: DiscreteSchedule): Float64Array {
  const products = new Float64Array(count);
  let product = 1;
  linspace(Math.sqrt(start), Math.sqrt(end), count).forEach((root, index) => {
    product *= 1 - root * root;
    products[index] = product;
  });
  return products;
}

/** Noise levels σ = √((1 - ᾱ) / ᾱ) of every training step (Karras et al. 2022, as diffusers uses them). */
export function sigmasOf(schedule: DiscreteSchedule): Float64Array {
  return alphasCumprod(schedule).map((alpha) => Math.sqrt((1 - alpha) / alpha));
}

/** `count` numbers from `start` to `end`, both included. */
export function linspace(start: number, end: number, count: number): Float64Array {
  if (count === 1) return Float64Array.of(start);
  return Float64Array.from({ length: count }, (_, index) => start + ((end - start) * index) / (count - 1));
}

/** Linear interpolation of `values`, which stand at 0, 1, 2, …. */
export function interpolate(values: Float64Array, at: number): number {
  const below = Math.min(Math.floor(at), values.length - 1);
  const above = Math.min(below + 1, values.length - 1);
  return values[below]! + (values[above]! - values[below]!) * (at - below);
}
