import type { GatewayParts } from '../gateway-parts.ts';
import { Deliveries } from './deliveries.ts';
import { SecretBox } from './secret-box.ts';
import { WebhookEndpoints } from './webhook-endpoints.ts';

/** Endpoints and deliveries, as every role of the gateway holds them. */
export function webhookParts({ store, redis, environment }: Pick<GatewayParts, 'store' | 'redis' | 'environment'>): {
  endpoints: WebhookEndpoints;
  deliveries: Deliveries;
} {
  const box = new SecretBox(environment.MEDLEY_SECRET);
  return {
    endpoints: new WebhookEndpoints(store, redis.copies('endpoints'), box),
    deliveries: new Deliveries(store, box),
  };
}
