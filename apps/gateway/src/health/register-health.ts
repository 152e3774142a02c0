import { checkConditionalPuts } from '@medley/assets';
import type { AssetStore } from '@medley/domain';
import type { QueueAdapter } from '@medley/queue';
import type { Health } from '@medley/runtime';
import type { BundleCatalog } from '../models/bundle-catalog.ts';

/** Milliseconds for which the answer about conditional puts holds. */
const CHECK_HOLDS_MILLISECONDS = 60_000;

/** Redis answers; S3 answers and honours conditional puts; the bundles that are served. */
export function registerHealth(
  health: Health,
  { redis, store, catalog }: { redis: QueueAdapter; store: AssetStore; catalog: BundleCatalog },
): void {
  health.register('redis', () => redis.ping());
  let checkedAt = performance.now();
  health.register('s3', async (signal) => {
    const begin = performance.now();
    if (begin - checkedAt > CHECK_HOLDS_MILLISECONDS) {
      await checkConditionalPuts(store, signal);
      checkedAt = performance.now();
    } else await store.head('checks/readiness', signal);
    return `answers in ${(performance.now() - begin).toFixed(1)} ms, conditional puts hold`;
  });
  health.register('bundles', () =>
    catalog.entries.map(({ name, digest }) => `${name} (${digest.slice(0, 8)})`).join(', '),
  );
}
