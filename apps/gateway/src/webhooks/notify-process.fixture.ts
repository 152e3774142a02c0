import { S3AssetStore } from '@medley/assets';
import { QueueAdapter } from '@medley/queue';
import { boot, readEnvironment } from '@medley/runtime';
import { readGatewayEnvironment } from '../env.ts';
import { GatewayMetrics } from '../gateway-metrics.ts';
import { startNotify } from '../start-notify.ts';

/** A gateway of the role notify in a process of its own, to be killed. */
const environment = readEnvironment(readGatewayEnvironment);

await boot({ name: 'gateway', host: '127.0.0.1', port: 0, logLevel: 'fatal' }, async (runtime) => {
  const store = new S3AssetStore({
    endpoint: environment.S3_ENDPOINT,
    region: environment.S3_REGION,
    bucket: environment.S3_BUCKET,
    accessKeyId: environment.S3_ACCESS_KEY_ID,
    secretAccessKey: environment.S3_SECRET_ACCESS_KEY,
  });
  const redis = new QueueAdapter({ url: environment.REDIS_URL, name: 'gateway', onError: () => undefined });
  await redis.start();
  const metrics = new GatewayMetrics(runtime.metrics, runtime.logger, {
    eventClients: () => 0,
    entries: () => [],
    pools: () => redis.pools.read(),
    accepted: () => redis.pools.accepted(),
    figures: () => redis.figures(),
  });
  await startNotify({ environment, runtime, store, redis, metrics });
});
