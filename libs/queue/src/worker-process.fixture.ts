import { setTimeout as delay } from 'node:timers/promises';
import { queueName } from '@medley/domain';
import { RecordingObserver, bundle, openAdapter } from './queue.fixture.ts';

/**
 * A worker process for processor.int.spec.ts: starts one `encode` job, tells its parent, and never ends it; or, where a
 * generation is named, several jobs, of which that one's kills the process.
 */
const [, , url, poison] = process.argv;
const { adapter } = openAdapter(url!);
await adapter.start();
adapter.processor({
  stage: 'encode',
  queue: queueName('encode', bundle),
  concurrency: poison === undefined ? 1 : 3,
  observer: new RecordingObserver(),
  handler: async ({ payload, attempt }) => {
    if (poison !== undefined) {
      await delay(200);
      if (payload.generation === poison) process.kill(process.pid, 'SIGKILL');
      await delay(200);
      return;
    }
    process.send?.({ generation: payload.generation, attempt });
    await new Promise(() => undefined);
  },
});
