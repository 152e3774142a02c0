import type { z } from 'zod';
import type { AssetStore } from '@medley/domain';

/** An object of JSON as it was read: `etag` names this version. */
export interface Stored<Value> {
  value: Value;
  etag: string;
}

const JSON_TYPE = { contentType: 'application/json' };

export async function readStored<Value>(
  store: AssetStore,
  key: string,
  schema: z.ZodType<Value>,
): Promise<Stored<Value> | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  const value = schema.parse(JSON.parse(Buffer.from(object.body).toString('utf8')));
  return { value, etag: object.head.etag };
}

/** Puts the first version, or the one after `etag`. Undefined when another one stands. */
export async function putStored<Value>(
  store: AssetStore,
  key: string,
  value: Value,
  etag?: string,
): Promise<Stored<Value> | undefined> {
  const condition = etag === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: etag };
  const put = await store.put(key, Buffer.from(JSON.stringify(value)), { ...JSON_TYPE, ...condition });
  return put.outcome === 'created' ? { value, etag: put.etag } : undefined;
}
