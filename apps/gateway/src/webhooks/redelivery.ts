import { GenerationError, objectKeys, type AssetStore, type FlowQueue } from '@medley/domain';
import type { Deliveries } from './deliveries.ts';
import type { DeliveryRecord } from './delivery-record.ts';
import type { WebhookEndpoints } from './webhook-endpoints.ts';

const ATTEMPTS = 5;

/** Sends deliveries again, whatever became of them, under the same `webhook-id`. */
export class Redelivery {
  readonly #deliveries: Deliveries;
  readonly #endpoints: WebhookEndpoints;
  readonly #store: AssetStore;
  readonly #queue: FlowQueue;

  constructor(deliveries: Deliveries, endpoints: WebhookEndpoints, store: AssetStore, queue: FlowQueue) {
    this.#deliveries = deliveries;
    this.#endpoints = endpoints;
    this.#store = store;
    this.#queue = queue;
  }

  /**
   * Begins a new series of tries, the first of them now. Throws GenerationError `not_found`, or `conflict` where its
   * endpoint takes nothing any more.
   */
  async redeliver(owner: string, id: string): Promise<DeliveryRecord> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stored = await this.#deliveries.find(owner, id);
      await this.#checkEndpoint(stored.value);
      const { reason: _reason, ...record } = stored.value;
      const next_attempt_at = new Date().toISOString();
      const again: DeliveryRecord = { ...record, status: 'pending', tries: 0, next_attempt_at };
      if (!(await this.#deliveries.replace(stored, again))) continue;
      const { generation, epoch, role } = again;
      // The record first: a job that ends now takes the mark away, reads the record after that, and goes on.
      const owed = objectKeys.notification(generation, epoch, role);
      await this.#store.put(owed, Buffer.alloc(0), { contentType: 'application/x-empty' });
      await this.#queue.addNotifications(generation, epoch, [role], { replace: true });
      return again;
    }
    throw new GenerationError('conflict', `the delivery "${id}" is being changed by others; try again`);
  }

  async #checkEndpoint({ owner, endpoint }: DeliveryRecord): Promise<void> {
    if (endpoint === undefined) return;
    const record = await this.#endpoints.find(owner, endpoint);
    if (record === undefined)
      throw new GenerationError('conflict', `the endpoint ${endpoint} of this delivery was deleted`);
    if (record.disabled !== undefined) {
      const words = `the endpoint ${endpoint} of this delivery is disabled: ${record.disabled.reason}`;
      throw new GenerationError('conflict', words);
    }
  }
}
