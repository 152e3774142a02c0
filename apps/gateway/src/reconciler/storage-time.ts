import type { AssetStore } from '@medley/domain';

const CLOCK_KEY = 'checks/reconciler';

/** What the clock of the storage says. */
export async function storageTime(store: AssetStore): Promise<Date> {
  await store.put(CLOCK_KEY, Buffer.alloc(0), { contentType: 'application/x-empty' });
  return (await store.head(CLOCK_KEY))?.lastModified ?? new Date();
}
