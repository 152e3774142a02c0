import { boot, readEnvironment } from '@medley/runtime';
import { readDecoderEnvironment } from './env.ts';
import { startDecoderWorker } from './start-decoder-worker.ts';

const environment = readEnvironment(readDecoderEnvironment);

await boot(
  {
    name: 'decoder-worker',
    host: environment.HOST,
    port: environment.METRICS_PORT,
    logLevel: environment.LOG_LEVEL,
    prettyLogs: environment.LOG_PRETTY,
    graceSeconds: environment.MEDLEY_GRACE_SECONDS,
  },
  (runtime) => startDecoderWorker(environment, runtime),
);
