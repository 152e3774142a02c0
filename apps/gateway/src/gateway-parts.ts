import type { CommitPorts } from '@medley/domain';
import type { S3AssetStore } from '@medley/assets';
import type { QueueAdapter } from '@medley/queue';
import type { Runtime } from '@medley/runtime';
import { AssetLibrary } from './assets/asset-library.ts';
import { AssetQuota } from './assets/asset-quota.ts';
import type { GatewayEnvironment } from './env.ts';
import type { EventClients } from './events/event-clients.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { KeyLimits } from './keys/api-key.ts';
import type { KeyStore } from './keys/key-store.ts';
import type { BundleCatalog } from './models/bundle-catalog.ts';

/** What the roles of one gateway process share. */
export interface GatewayParts {
  environment: GatewayEnvironment;
  runtime: Runtime;
  catalog: BundleCatalog;
  store: S3AssetStore;
  redis: QueueAdapter;
  clients: EventClients;
  metrics: GatewayMetrics;
  keys: KeyStore;
  /** Limits of keys that have none of their own. */
  limits: KeyLimits;
}

/** `prompt` for requests, which fail at once while Redis is away; `patient` for work in hand, which waits. */
export function commitPorts({ store, redis, metrics }: GatewayParts, mode: 'prompt' | 'patient'): CommitPorts {
  const { live, events, queue } = redis.ports(mode);
  return { store, live, events, queue, ended: (result) => metrics.endedWith(result) };
}

/** The limit of pixels is the greatest of any bundle; the worker knows that of the one that is used. */
export function assetLibrary(parts: GatewayParts): AssetLibrary {
  const { store, environment, catalog } = parts;
  const { MEDLEY_SECRET: secret, MEDLEY_ASSET_BYTES: bytes } = environment;
  return new AssetLibrary(store, secret, { bytes, pixels: catalog.mostPixels }, assetQuota(parts));
}

export function assetQuota({ store, redis, keys, limits }: GatewayParts): AssetQuota {
  return new AssetQuota({ counter: redis.limits.bytes, store, keys, deployment: limits });
}

export function keyLimits(environment: GatewayEnvironment): KeyLimits {
  return {
    requests_per_minute: environment.MEDLEY_REQUESTS_PER_MINUTE,
    generations_in_flight: environment.MEDLEY_GENERATIONS_IN_FLIGHT,
    asset_bytes: environment.MEDLEY_ASSET_QUOTA_BYTES,
  };
}
