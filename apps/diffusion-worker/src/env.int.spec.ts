import { parseEnvironment } from '@medley/runtime';
import { environmentContract } from '@medley/testing/deployment';
import { diffusionEnvironment } from './env.ts';

environmentContract({
  targets: ['diffusion-worker', 'diffusion-worker-cuda'],
  names: Object.keys(diffusionEnvironment.shape),
  parse: (source) => parseEnvironment(diffusionEnvironment, source),
});
