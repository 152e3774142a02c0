import { boot, readEnvironment } from '@medley/runtime';
import { readEncoderEnvironment } from './env.ts';
import { startEncoderWorker } from './start-encoder-worker.ts';

const environment = readEnvironment(readEncoderEnvironment);

await boot(
  {
    name: 'encoder-worker',
    host: environment.HOST,
    port: environment.METRICS_PORT,
    logLevel: environment.LOG_LEVEL,
    prettyLogs: environment.LOG_PRETTY,
    graceSeconds: environment.MEDLEY_GRACE_SECONDS,
  },
  (runtime) => startEncoderWorker(environment, runtime),
);
