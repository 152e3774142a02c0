import { mountQueuesPage } from './admin/queues-page.ts';
import { ApiModule } from './api-module.ts';
import { AssetUploads } from './assets/asset-uploads.ts';
import { GeneratedAssets } from './assets/generated-assets.ts';
import { assetLibrary, assetQuota, commitPorts, type GatewayParts } from './gateway-parts.ts';
import { AcceptGeneration } from './generations/accept-generation.ts';
import { EndGeneration } from './generations/end-generation.ts';
import { GenerationPlaces } from './generations/generation-places.ts';
import { GenerationReader } from './generations/generation-reader.ts';
import { GenerationWaiter } from './generations/generation-waiter.ts';
import { ApiServer } from './http/api-server.ts';
import { Gate } from './keys/gate.ts';
import { KeyGuesses } from './keys/key-guesses.ts';
import { KeyRing } from './keys/key-ring.ts';
import { RequestLimiter } from './keys/request-limiter.ts';
import { MeasuredCosts } from './models/measured-costs.ts';
import { PageFiles } from './page/page-files.ts';
import { SessionStore } from './sessions/session-store.ts';
import { Sessions } from './sessions/sessions.ts';
import { ShareStore } from './shares/share-store.ts';
import { Redelivery } from './webhooks/redelivery.ts';
import { Subscriptions } from './webhooks/subscriptions.ts';
import { webhookParts } from './webhooks/webhook-parts.ts';

/** Serves the public API. The answer is its base URL. */
export async function startApi(parts: GatewayParts): Promise<string> {
  const { environment, runtime, store, redis, catalog, clients, metrics, keys, limits } = parts;
  const { logger, tracing } = runtime;
  const ports = commitPorts(parts, 'prompt');
  if (environment.MEDLEY_BOOTSTRAP_KEY !== undefined) await keys.ensure(environment.MEDLEY_BOOTSTRAP_KEY, 'bootstrap');
  const sessions = new SessionStore(redis.records('session'));
  const { rates } = redis.limits;
  const [ring, limiter] = [new KeyRing(keys, sessions, new KeyGuesses(rates)), new RequestLimiter(rates)];
  const gate = new Gate(ring, limiter, limits, environment);
  const assets = assetLibrary(parts);
  const generated = new GeneratedAssets(store, assets);
  const uploads = new AssetUploads(
    assets,
    store,
    assetQuota(parts),
    redis.records('upload'),
    environment.S3_PUBLIC_ENDPOINT !== undefined,
  );
  const { endpoints, deliveries } = webhookParts(parts);
  const costs = new MeasuredCosts((bundle) => redis.costs(bundle));
  const accept = new AcceptGeneration({
    ports,
    sources: { assets, generated },
    catalog,
    costs,
    places: new GenerationPlaces(redis.limits.open),
    subscriptions: new Subscriptions(endpoints, environment.MEDLEY_WEBHOOK_ALLOW),
    secret: environment.MEDLEY_SECRET,
    tracing,
    observer: {
      accepted: ({ id: generation, bundle }) => {
        metrics.accepted.inc({ bundle: bundle.name });
        logger.info({ generation, model: bundle.name }, 'accepted');
      },
      notQueued: ({ id: generation }, error) =>
        logger.warn({ err: error, generation }, 'accepted, but not queued yet; the reconciler will'),
    },
  });
  const module = ApiModule.of({
    environment,
    store,
    events: ports.events,
    health: runtime.health,
    keys,
    limits,
    gate,
    sessions: new Sessions(ring, keys, sessions, environment.MEDLEY_PLAYGROUND === 'public'),
    page: environment.MEDLEY_PAGE === undefined ? undefined : await PageFiles.load(environment.MEDLEY_PAGE),
    shares: new ShareStore(store, environment.MEDLEY_SECRET, keys),
    limiter,
    catalog,
    assets,
    generated,
    uploads,
    clients,
    accept,
    costs,
    line: ports.queue,
    end: new EndGeneration(ports),
    reader: new GenerationReader(store, ports.live, ports.queue),
    waiter: new GenerationWaiter(ports, runtime.signal),
    endpoints,
    deliveries,
    redelivery: new Redelivery(deliveries, endpoints, store, ports.queue),
  });
  const server = await ApiServer.listen({
    module,
    host: environment.HOST,
    port: environment.PORT,
    gate,
    tracing,
    trustedProxies: environment.MEDLEY_TRUSTED_PROXIES,
    logger,
    bodyBytes: environment.MEDLEY_BODY_BYTES,
    assetBytes: environment.MEDLEY_ASSET_BYTES,
    mount: (fastify) => mountQueuesPage(fastify, { redis, mayChange: environment.MEDLEY_ADMIN_QUEUES === 'write' }),
    observe: (route, status, seconds) => metrics.answered(route, status, seconds),
  });
  runtime.register('api', server);
  runtime.register('event streams', { stop: () => clients.endAll() });
  return server.address;
}
