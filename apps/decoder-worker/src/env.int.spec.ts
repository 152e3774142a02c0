import { parseEnvironment } from '@medley/runtime';
import { environmentContract } from '@medley/testing/deployment';
import { decoderEnvironment } from './env.ts';

environmentContract({
  targets: ['decoder-worker'],
  names: Object.keys(decoderEnvironment.shape),
  parse: (source) => parseEnvironment(decoderEnvironment, source),
});
