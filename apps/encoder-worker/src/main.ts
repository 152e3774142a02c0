import { boot, bootOptions, readEnvironment } from '@medley/runtime';
import { readEncoderEnvironment } from './env.ts';
import { startEncoderWorker } from './start-encoder-worker.ts';

const environment = readEnvironment(readEncoderEnvironment);

await boot(bootOptions('encoder-worker', environment), (runtime) => startEncoderWorker(environment, runtime));
