import { S3AssetStore, checkConditionalPuts } from '@medley/assets';
import type { Tracing } from '@medley/domain';
import { QueueAdapter } from '@medley/queue';
import { redisOptions, storageOptions, type Runtime } from '@medley/runtime';
import type { GatewayEnvironment, GatewayRole } from './env.ts';
import { EventClients } from './events/event-clients.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { keyLimits, type GatewayParts } from './gateway-parts.ts';
import { registerHealth } from './health/register-health.ts';
import { KeyStore } from './keys/key-store.ts';
import { BundleCatalog } from './models/bundle-catalog.ts';
import { startApi } from './start-api.ts';
import { startIngest } from './start-ingest.ts';
import { startNotify } from './start-notify.ts';
import { startReconciler } from './start-reconciler.ts';

/** The composition root. Rejects when a bundle, Redis or S3 is missing, or when S3 ignores conditional puts. */
export async function startGateway(environment: GatewayEnvironment, runtime: Runtime): Promise<{ api?: string }> {
  const { logger, tracing } = runtime;
  const catalog = await BundleCatalog.load(environment.MEDLEY_BUNDLES, environment.MEDLEY_MODELS);
  const clients = new EventClients();
  // Redis is asked at scrapes alone, which are not answered before it is there.
  const metrics: GatewayMetrics = new GatewayMetrics(runtime.metrics, logger, {
    eventClients: () => clients.size,
    entries: () => catalog.entries,
    pools: () => redis.pools.read(),
    accepted: () => redis.pools.accepted(),
    figures: () => redis.figures(),
  });
  metrics.serves(catalog.entries);
  const store = openStore(environment, metrics, tracing);
  runtime.register('object store', { close: () => store.close() });
  await checkConditionalPuts(store, runtime.signal);
  const redis = new QueueAdapter({ ...redisOptions('gateway', environment, logger), tracing });
  runtime.register('redis', { close: () => redis.close() });
  await redis.start();
  registerHealth(runtime.health, { redis, store, catalog });
  const keys = new KeyStore(store, redis.records('key'));
  const limits = keyLimits(environment);
  const parts: GatewayParts = { environment, runtime, catalog, store, redis, clients, metrics, keys, limits };
  const has = (role: GatewayRole) => environment.GATEWAY_ROLES.includes(role);
  if (has('ingest')) await startIngest(parts);
  if (has('notify')) await startNotify(parts);
  if (has('reconciler')) startReconciler(parts);
  return has('api') ? { api: await startApi(parts) } : {};
}

function openStore(environment: GatewayEnvironment, metrics: GatewayMetrics, tracing: Tracing): S3AssetStore {
  return new S3AssetStore({
    ...storageOptions(environment),
    ...(environment.S3_PUBLIC_ENDPOINT === undefined ? {} : { publicEndpoint: environment.S3_PUBLIC_ENDPOINT }),
    observe: (call) => metrics.storage.called(call),
    tracing,
  });
}
