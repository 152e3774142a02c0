import { boot, readEnvironment } from '@medley/runtime';
import { readDiffusionEnvironment } from './env.ts';
import { startDiffusionWorker } from './start-diffusion-worker.ts';

const environment = readEnvironment(readDiffusionEnvironment);

await boot(
  {
    name: 'diffusion-worker',
    host: environment.HOST,
    port: environment.METRICS_PORT,
    logLevel: environment.LOG_LEVEL,
    prettyLogs: environment.LOG_PRETTY,
    graceSeconds: environment.MEDLEY_GRACE_SECONDS,
  },
  (runtime) => startDiffusionWorker(environment, runtime),
);
