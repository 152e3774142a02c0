import { parseEnvironment } from '@medley/runtime';
import { environmentContract } from '@medley/testing/deployment';
import { encoderEnvironment } from './env.ts';

environmentContract({
  targets: ['encoder-worker'],
  names: Object.keys(encoderEnvironment.shape),
  parse: (source) => parseEnvironment(encoderEnvironment, source),
});
