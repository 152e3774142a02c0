import type { AssetStore } from '@medley/domain';
import type { SessionPool } from '@medley/inference';
import type { MediaPool } from '@medley/media';
import type { QueueAdapter } from '@medley/queue';
import type { Health } from '@medley/runtime';
import type { ServedBundle } from './served-bundle.ts';

interface CheckedParts {
  redis: QueueAdapter;
  objects: AssetStore;
  served: readonly ServedBundle[];
  sessions: SessionPool;
  mediaPool: MediaPool;
}

/** Redis and S3 answer; the graphs are loaded; how media is locked in. */
export function registerHealth(health: Health, { redis, objects, served, sessions, mediaPool }: CheckedParts): void {
  health.register('redis', () => redis.ping());
  health.register('s3', async (signal) => {
    const begin = performance.now();
    await objects.head('checks/readiness', signal);
    return `answers in ${(performance.now() - begin).toFixed(1)} ms`;
  });
  health.register('sessions', () => {
    const names = served.map(({ bundle }) => `${bundle.name} (${bundle.digest.slice(0, 8)})`).join(', ');
    return `${names} on ${sessions.size} thread${sessions.size === 1 ? '' : 's'}`;
  });
  health.register('sandbox', () => mediaPool.level);
}
