/**
 * A sampler over one schedule and number of steps: the rule that takes one step. Stateless: what a multistep rule
 * remembers is passed in and out, so that a run can be stopped and resumed anywhere.
 */
export interface Trajectory {
  readonly steps: number;
  /** The timestep that the denoiser is given at each step. */
  readonly timesteps: Float64Array;
  /** The unit-normal noise is multiplied by it to become the initial latent. */
  readonly initialScale: number;
  /** The latent is multiplied by it before the denoiser sees it. */
  inputScale(step: number): number;
  /** Takes step `step` in place: `latent` becomes the next one. `history` is what the rule remembers, written in place too. */
  advance(step: number, latent: Float32Array, prediction: Float32Array, history: Float32Array): void;
  /** The clean latent that the prediction at `step` amounts to. */
  estimate(step: number, latent: Float32Array, prediction: Float32Array): Float32Array;
  /** Whether `history` is used; it has the latent's size then. */
  readonly remembers: boolean;
}
