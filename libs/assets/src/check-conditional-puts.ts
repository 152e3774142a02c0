import { randomUUID } from 'node:crypto';
import type { AssetStore } from '@medley/domain';

/**
 * Refuses a store whose second `If-None-Match: *` put, or stale `If-Match` put, succeeds: commits and idempotency rest on
 * both. Throws an Error that says which one.
 */
export async function checkConditionalPuts(store: AssetStore, signal?: AbortSignal): Promise<void> {
  const key = `checks/${randomUUID()}`;
  const options = { contentType: 'text/plain', ...(signal === undefined ? {} : { signal }) };
  try {
    const first = await store.put(key, Buffer.from('1'), { ...options, ifNoneMatch: '*' });
    const second = await store.put(key, Buffer.from('2'), { ...options, ifNoneMatch: '*' });
    if (first.outcome !== 'created' || second.outcome !== 'exists') {
      throw new Error(
        'this S3 ignores If-None-Match: two puts of the same new object both succeeded. Medley needs conditional writes',
      );
    }
    const changed = await store.put(key, Buffer.from('3'), { ...options, ifMatch: first.etag });
    const stale = await store.put(key, Buffer.from('4'), { ...options, ifMatch: first.etag });
    if (changed.outcome !== 'created' || stale.outcome !== 'exists') {
      throw new Error(
        'this S3 ignores If-Match: a put against a stale version succeeded. Medley needs conditional writes',
      );
    }
  } finally {
    await store.delete([key]);
  }
}
