import { boot, bootOptions, readEnvironment } from '@medley/runtime';
import { readGatewayEnvironment } from './env.ts';
import { startGateway } from './start-gateway.ts';

const environment = readEnvironment(readGatewayEnvironment);

await boot(bootOptions('gateway', environment), (runtime) => startGateway(environment, runtime));
