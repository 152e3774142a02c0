import type { AssetStore, BundleRef } from '@medley/domain';
import type { Health } from './health.ts';

/** What a worker needs and serves. */
export interface WorkerParts {
  redis: { ping(): Promise<string> };
  objects: AssetStore;
  /** Bundles whose graphs are loaded. */
  bundles: readonly BundleRef[];
  /** Threads that run graphs. */
  sessions: { readonly size: number };
  /** Children that decode and encode media. */
  mediaPool: { readonly level: string };
  /** Said of the sessions besides. */
  note?: () => string;
}

/** Redis and S3 answer; the graphs are loaded; how media is locked in. */
export function registerWorkerHealth(health: Health, parts: WorkerParts): void {
  const { redis, objects, bundles, sessions, mediaPool, note } = parts;
  health.register('redis', () => redis.ping());
  health.register('s3', async (signal) => {
    const begin = performance.now();
    await objects.head('checks/readiness', signal);
    return `answers in ${(performance.now() - begin).toFixed(1)} ms`;
  });
  const names = bundles.map(({ name, digest }) => `${name} (${digest.slice(0, 8)})`).join(', ');
  const loaded = `${names} on ${sessions.size} thread${sessions.size === 1 ? '' : 's'}`;
  health.register('sessions', () => (note === undefined ? loaded : `${loaded}; ${note()}`));
  health.register('sandbox', () => mediaPool.level);
}
