import { boot, readEnvironment } from '@medley/runtime';
import { readGatewayEnvironment } from './env.ts';
import { startGateway } from './start-gateway.ts';

const environment = readEnvironment(readGatewayEnvironment);

await boot(
  {
    name: 'gateway',
    host: environment.HOST,
    port: environment.METRICS_PORT,
    logLevel: environment.LOG_LEVEL,
    prettyLogs: environment.LOG_PRETTY,
    graceSeconds: environment.MEDLEY_GRACE_SECONDS,
  },
  (runtime) => startGateway(environment, runtime),
);
