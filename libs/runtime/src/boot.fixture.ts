import { boot } from './boot.ts';

/** A process for boot.int.spec.ts. Its argument says how it behaves. */
const behaviour = process.argv[2];

const tracing = { endpoint: 'http://127.0.0.1:9', serviceName: 'fixture', sampler: 'always_on', share: 1 } as const;
const options = { name: 'fixture', host: '127.0.0.1', port: 0, graceSeconds: 30 };

void boot({ ...options, ...(behaviour === 'traced' ? { tracing } : {}) }, async (runtime) => {
  const work = runtime.metrics.counter({ name: 'fixture_total', help: 'Counts' });
  work.inc();
  runtime.health.register('disk', () => 'writable');
  runtime.register('first', { close: () => runtime.logger.info('closed first') });
  if (behaviour === 'start-fails') throw new Error('no bundle');
  runtime.register('second', {
    stop: () => runtime.logger.info('stopped second'),
    ...(behaviour === 'drain-hangs' ? { drain: () => new Promise<void>(() => undefined) } : {}),
    close: () => runtime.logger.info('closed second'),
  });
  process.on('message', (message) => {
    if (message === 'throw') throw new Error('thrown in a handler');
    if (message === 'reject') void Promise.reject(new Error('rejected nowhere'));
  });
  return { api: 'http://127.0.0.1:1' };
});
