import {
  GenerationError,
  objectKeys,
  readResult,
  type AssetStore,
  type GenerationResult,
  type WebhookSubscription,
} from '@medley/domain';
import { deliveryRecord, newDelivery, parseDeliveryId, type DeliveryRecord } from './delivery-record.ts';
import type { SecretBox } from './secret-box.ts';
import { putStored, readStored, type Stored } from './stored-json.ts';

/** Pages that one list call looks through for the status that was asked for. */
const LIST_ROUNDS = 10;
const LAST_MILLISECOND = 9_999_999_999_999;
const EMPTY = Buffer.alloc(0);
const MARK = { contentType: 'application/x-empty' };
type List = 'deliveries' | 'dead-deliveries';

export interface DeliveryListOptions {
  status?: DeliveryRecord['status'] | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Deliveries in S3: a record beside the result of each generation, and for each key the order of its own. */
export class Deliveries {
  readonly #store: AssetStore;
  readonly #box: SecretBox;

  /** `box` seals cursors, so that only those that a list gave are taken. */
  constructor(store: AssetStore, box: SecretBox) {
    this.#store = store;
    this.#box = box;
  }

  /** The delivery of the end to one subscription, made where there is none. Undefined when the generation was deleted. */
  async open(
    result: GenerationResult,
    role: number,
    subscription: WebhookSubscription,
  ): Promise<Stored<DeliveryRecord> | undefined> {
    const standing = await this.read(result.id, role);
    if (standing !== undefined) return standing;
    const record = newDelivery(result, role, subscription);
    await this.#store.put(entryOf('deliveries', record), EMPTY, MARK);
    const made = await putStored(this.#store, objectKeys.delivery(result.id, role), record);
    // A deletion may have come in between: it must not leave this behind.
    const { status } = (await readResult(this.#store, result.id)) ?? { status: 'deleted' };
    if (status !== 'deleted') return made ?? this.read(result.id, role);
    await eraseDeliveries(this.#store, result.id);
    return undefined;
  }

  async read(generation: string, role: number): Promise<Stored<DeliveryRecord> | undefined> {
    return readStored(this.#store, objectKeys.delivery(generation, role), deliveryRecord);
  }

  /** Puts the next version of a delivery; false when another one stands, or none any more. */
  async replace(former: Stored<DeliveryRecord>, record: DeliveryRecord): Promise<boolean> {
    if (record.status === 'dead') await this.#store.put(entryOf('dead-deliveries', record), EMPTY, MARK);
    const key = objectKeys.delivery(record.generation, record.role);
    const put = await putStored(this.#store, key, record, former.etag);
    if (put !== undefined && former.value.status === 'dead' && record.status !== 'dead')
      await this.#store.delete([entryOf('dead-deliveries', record)]);
    return put !== undefined;
  }

  /** Throws GenerationError `not_found`, also for another key's. */
  async find(owner: string, id: string): Promise<Stored<DeliveryRecord>> {
    const place = parseDeliveryId(id);
    const stored = place === undefined ? undefined : await this.read(place.generation, place.role);
    if (stored?.value.owner !== owner)
      throw new GenerationError('not_found', `there is no delivery "${id.slice(0, 80)}"`);
    return stored;
  }

  /** A page of a key's deliveries, the newest first. A rare status may fill a page in part only. */
  async list(
    owner: string,
    { status, cursor, limit }: DeliveryListOptions,
  ): Promise<{ deliveries: DeliveryRecord[]; cursor?: string }> {
    const list: List = status === 'dead' ? 'dead-deliveries' : 'deliveries';
    const prefix = objectKeys.deliveryEntryPrefix(list, owner);
    const deliveries: DeliveryRecord[] = [];
    let place = cursor === undefined ? {} : { cursor: this.#openCursor(cursor, prefix) };
    for (let round = 0; round < LIST_ROUNDS; round += 1) {
      const page = await this.#store.list(prefix, { limit: limit - deliveries.length, ...place });
      const found = await Promise.all(page.keys.map((key) => this.#readEntry(key)));
      deliveries.push(
        ...found.flatMap((one) => (one === undefined || (status ?? one.status) !== one.status ? [] : [one])),
      );
      if (page.cursor === undefined) return { deliveries };
      place = { cursor: page.cursor };
      if (deliveries.length >= limit) break;
    }
    return { deliveries, cursor: this.#box.seal((place as { cursor: string }).cursor, prefix) };
  }

  async #readEntry(key: string): Promise<DeliveryRecord | undefined> {
    const place = parseDeliveryId(key.slice(key.indexOf('whd_')));
    return place === undefined ? undefined : (await this.read(place.generation, place.role))?.value;
  }

  #openCursor(cursor: string, prefix: string): string {
    const opened = this.#box.open(cursor, prefix);
    if (opened !== undefined) return opened;
    const words = `cursor is "${cursor.slice(0, 80)}"; pass on one that a list of the same status returned`;
    throw new GenerationError('invalid_request', words, { pointer: '/cursor' });
  }
}

/** Erases all that is kept of a generation's deliveries, and what is still owed. May be done twice. */
export async function eraseDeliveries(store: AssetStore, generation: string): Promise<void> {
  const owed = await store.list(objectKeys.notificationsOf(generation), { limit: 1_000 });
  const { keys } = await store.list(objectKeys.deliveryPrefix(generation), { limit: 1_000 });
  const records = await Promise.all(keys.map((key) => readStored(store, key, deliveryRecord)));
  const entries = records.flatMap((stored) =>
    stored === undefined ? [] : [entryOf('deliveries', stored.value), entryOf('dead-deliveries', stored.value)],
  );
  await store.delete([...owed.keys, ...entries, ...keys]);
}

function entryOf(list: List, { owner, id, created_at: created }: DeliveryRecord): string {
  const place = String(LAST_MILLISECOND - Date.parse(created)).padStart(13, '0');
  return objectKeys.deliveryEntry(list, owner, `${place}-${id}`);
}
