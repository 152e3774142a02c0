import { objectKeys, type AssetStore, type JobPayload } from '@medley/domain';
import type { QueuePorts } from '@medley/queue';

const PAGE = 500;

/** Walks what is owed to webhooks and queues again what the queue has lost. When a delivery is due, its record knows. */
export class NotificationSweep {
  readonly #store: AssetStore;
  readonly #queue: QueuePorts['queue'];
  readonly #repaired: (payload: JobPayload) => void;

  constructor(store: AssetStore, queue: QueuePorts['queue'], repaired: (payload: JobPayload) => void) {
    this.#store = store;
    this.#queue = queue;
    this.#repaired = repaired;
  }

  /** One pass over `notify/`. The answer is how much is owed. */
  async pass(signal: AbortSignal): Promise<number> {
    let cursor: string | undefined;
    let owed = 0;
    do {
      const place = cursor === undefined ? {} : { cursor };
      const page = await this.#store.list(objectKeys.notificationPrefix, { limit: PAGE, signal, ...place });
      owed += page.keys.length;
      const absent = await this.#queue.absentNotifications(page.keys.flatMap(payloadOf));
      for (const payload of absent) {
        signal.throwIfAborted();
        await this.#queue.addNotifications(payload.generation, payload.epoch, [payload.role]);
        this.#repaired(payload);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return owed;
  }
}

/** The job of a mark; nothing for an object that is none. */
function payloadOf(key: string): JobPayload[] {
  const match = /\/(gen_[0-9a-z]{26})-e(\d{1,9})-notify-(\d{1,9})$/.exec(key);
  return match === null ? [] : [{ v: 1, generation: match[1]!, epoch: Number(match[2]), role: Number(match[3]) }];
}
