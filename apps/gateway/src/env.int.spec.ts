import { parseEnvironment } from '@medley/runtime';
import { environmentContract } from '@medley/testing/deployment';
import { gatewayEnvironment } from './env.ts';

environmentContract({
  targets: ['gateway'],
  names: Object.keys(gatewayEnvironment.shape),
  parse: (source) => parseEnvironment(gatewayEnvironment, source),
});
