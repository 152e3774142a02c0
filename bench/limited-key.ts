import { MedleyClient } from '@medley/client';
import type { Service } from '@medley/testing/service';

/** A service as a client with a key of limits has it: requests are counted, and generations take places. */
export interface Reached {
  readonly url: string;
  readonly key: string;
  readonly client: MedleyClient;
}

/** Makes a key with limits that no bench comes near. */
export async function withLimitedKey({ url, client }: Service): Promise<Reached> {
  const limits = { requests_per_minute: 1_000_000, generations_in_flight: 1_000_000 };
  const { key } = await client.createKey({ name: 'bench', scopes: ['read', 'generate'], limits });
  return { url, key, client: new MedleyClient({ url, key }) };
}
