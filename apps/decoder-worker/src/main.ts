import { boot, bootOptions, readEnvironment } from '@medley/runtime';
import { readDecoderEnvironment } from './env.ts';
import { startDecoderWorker } from './start-decoder-worker.ts';

const environment = readEnvironment(readDecoderEnvironment);

await boot(bootOptions('decoder-worker', environment), (runtime) => startDecoderWorker(environment, runtime));
