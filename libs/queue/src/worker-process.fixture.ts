import { queueName } from '@medley/domain';
import { RecordingObserver, bundle, openAdapter } from './queue.fixture.ts';

/** A worker process for processor.int.spec.ts: starts one `encode` job, tells its parent, and never ends it. */
const { adapter } = openAdapter(process.argv[2]!);
await adapter.start();
adapter.processor({
  stage: 'encode',
  queue: queueName('encode', bundle),
  concurrency: 1,
  observer: new RecordingObserver(),
  handler: async ({ payload, attempt }) => {
    process.send?.({ generation: payload.generation, attempt });
    await new Promise(() => undefined);
  },
});
