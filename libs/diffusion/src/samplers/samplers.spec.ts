import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { SamplerName, ScheduleSpec } from '@medley/domain';
import { createTrajectory } from './create-trajectory.ts';

interface Golden {
  reference: string;
  config: { shift?: number };
  trajectories: { steps: number; timesteps: number[]; noise: number[]; latents: number[][] }[];
}

const discrete: ScheduleSpec = { type: 'scaled_linear', train_steps: 1000, beta_start: 0.00085, beta_end: 0.012 };
const flow = (shift: number): ScheduleSpec => ({ type: 'rectified_flow', train_steps: 1000, shift });
const CASES: [string, SamplerName, ScheduleSpec][] = [
  ['ddim', 'ddim', discrete],
  ['dpmpp_2m', 'dpmpp_2m', discrete],
  ['euler', 'euler', discrete],
  ['flow_euler', 'flow_euler', flow(1)],
  ['flow_euler_shift3', 'flow_euler', flow(3)],
];

const standIn = (x: number, timestep: number) => Math.tanh(0.7 * x + 0.1 * Math.sin(timestep / 100));

describe.each(CASES)('%s', (file, sampler, schedule) => {
  const golden = JSON.parse(readFileSync(new URL(`../../golden/${file}.json`, import.meta.url), 'utf8')) as Golden;

  it.each(golden.trajectories)(
    `equals ${golden.reference} over $steps steps`,
    ({ steps, timesteps, noise, latents }) => {
      const trajectory = createTrajectory(sampler, schedule, steps);
      const latent = Float32Array.from(noise, (value) => value * trajectory.initialScale);
      const history = new Float32Array(latent.length);
      for (let step = 0; step < steps; step += 1) {
        const timestep = trajectory.timesteps[step]!;
        expect(Math.abs(timestep - timesteps[step]!)).toBeLessThan(1e-3);
        const scale = trajectory.inputScale(step);
        const prediction = latent.map((x) => standIn(x * scale, timestep));
        trajectory.advance(step, latent, prediction, history);
        const largest = Math.max(1, ...latents[step]!.map(Math.abs));
        latent.forEach((x, index) => expect(Math.abs(x - latents[step]![index]!) / largest).toBeLessThan(1e-5));
      }
    },
  );

  it('estimates the clean latent that the last step arrives at', () => {
    const trajectory = createTrajectory(sampler, schedule, 4);
    const latent = Float32Array.of(0.3, -0.8);
    const prediction = Float32Array.of(0.1, 0.2);
    const estimate = trajectory.estimate(3, latent, prediction);
    trajectory.advance(3, latent, prediction, new Float32Array(2));
    // DDIM ends at the noise level of the first training step, the others at none.
    latent.forEach((x, index) => expect(Math.abs(x - estimate[index]!)).toBeLessThan(0.05));
  });
});

describe('dpmpp_2m', () => {
  it('rounds halves to even, as NumPy does for diffusers', () => {
    expect([...createTrajectory('dpmpp_2m', discrete, 6).timesteps]).toEqual([999, 832, 666, 500, 333, 166]);
  });
});

describe('createTrajectory', () => {
  it('refuses a sampler that does not belong to the schedule', () => {
    expect(() => createTrajectory('flow_euler', discrete, 4)).toThrow(
      "sampler is flow_euler; it can't walk a scaled_linear schedule",
    );
    expect(() => createTrajectory('ddim', flow(1), 4)).toThrow(
      "sampler is ddim; it can't walk a rectified_flow schedule",
    );
  });
});
