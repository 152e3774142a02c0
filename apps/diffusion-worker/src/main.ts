import { boot, bootOptions, readEnvironment } from '@medley/runtime';
import { readDiffusionEnvironment } from './env.ts';
import { startDiffusionWorker } from './start-diffusion-worker.ts';

const environment = readEnvironment(readDiffusionEnvironment);

await boot(bootOptions('diffusion-worker', environment), (runtime) => startDiffusionWorker(environment, runtime));
