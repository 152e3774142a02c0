import { ApiModule } from './api-module.ts';
import { assetLibrary, commitPorts, keyLimits, type GatewayParts } from './gateway-parts.ts';
import { AcceptGeneration } from './generations/accept-generation.ts';
import { EndGeneration } from './generations/end-generation.ts';
import { GenerationReader } from './generations/generation-reader.ts';
import { GenerationWaiter } from './generations/generation-waiter.ts';
import { ApiServer } from './http/api-server.ts';
import { KeyRing } from './keys/key-ring.ts';
import { KeyStore } from './keys/key-store.ts';

/** Serves the public API. The answer is its base URL. */
export async function startApi(parts: GatewayParts): Promise<string> {
  const { environment, runtime, store, catalog, clients, metrics } = parts;
  const { logger } = runtime;
  const ports = commitPorts(parts, 'prompt');
  const keyStore = new KeyStore(store, parts.redis.records('key'));
  if (environment.MEDLEY_BOOTSTRAP_KEY !== undefined)
    await keyStore.ensure(environment.MEDLEY_BOOTSTRAP_KEY, 'bootstrap');
  const keys = new KeyRing(keyStore);
  const assets = assetLibrary(parts);
  const accept = new AcceptGeneration(ports, assets, catalog, environment.MEDLEY_SECRET, {
    accepted: ({ id: generation, bundle }) => {
      metrics.accepted.inc({ model: bundle.name });
      logger.info({ generation, model: bundle.name }, 'accepted');
    },
    notQueued: ({ id: generation }, error) =>
      logger.warn({ err: error, generation }, 'accepted, but not queued yet; the reconciler will'),
  });
  const module = ApiModule.of({
    environment,
    store,
    events: ports.events,
    health: runtime.health,
    keyStore,
    keyLimits: keyLimits(environment),
    keys,
    catalog,
    assets,
    clients,
    accept,
    end: new EndGeneration(ports),
    reader: new GenerationReader(store, ports.live, ports.queue),
    waiter: new GenerationWaiter(ports.events, runtime.signal),
  });
  const server = await ApiServer.listen({
    module,
    host: environment.HOST,
    port: environment.PORT,
    keys,
    logger,
    assetBytes: environment.MEDLEY_ASSET_BYTES,
    observe: (route, status, seconds) => metrics.answered(route, status, seconds),
  });
  runtime.register('api', server);
  runtime.register('event streams', { stop: () => clients.endAll() });
  return server.address;
}
