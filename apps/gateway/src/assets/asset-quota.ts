import { GenerationError, objectKeys, type AssetStore } from '@medley/domain';
import type { ByteCounter, HeldBytes, HoldAnswer } from '@medley/queue';
import { accountOf, limitsOf, type KeyLimits } from '../keys/api-key.ts';
import type { KeyStore } from '../keys/key-store.ts';

/** After so long the bytes of a key are counted anew. */
const COUNTED_SECONDS = 3_600;
/** Guests come and go, so theirs are not counted anew: they add up for a day. */
const GUESTS_SECONDS = 86_400;
/** For a file that is on its way to storage. */
const PUT_SECONDS = 600;
/** Counts that others disturb by what they store meanwhile. */
const COUNTS = 3;

export interface AssetQuotaParts {
  counter: ByteCounter;
  store: AssetStore;
  keys: KeyStore;
  /** Limits of keys that have none of their own. */
  deployment: KeyLimits;
}

/** Bytes for which there is room: to be settled when they are stored, or released. */
interface Reservation {
  settle(): Promise<void>;
  release(): Promise<void>;
}

const UNCOUNTED: Reservation = { settle: async () => undefined, release: async () => undefined };

/**
 * Bytes of assets that a key may keep, what is on its way included. Redis has the sum, S3 the truth: it is counted anew
 * before anything is refused, so what was deleted is free at once. The guests of one address have one sum for a day.
 */
export class AssetQuota {
  readonly #parts: AssetQuotaParts;

  constructor(parts: AssetQuotaParts) {
    this.#parts = parts;
  }

  /**
   * Makes room for `bytes`; asked for again under the same name, it is the same room. It is free again by itself after
   * `seconds`. Throws GenerationError `quota_exceeded`.
   */
  async reserve(
    owner: string,
    { name, bytes, seconds = PUT_SECONDS }: { name: string; bytes: number; seconds?: number },
    pointer: string,
  ): Promise<Reservation> {
    const { counter, keys, deployment } = this.#parts;
    const { key } = await keys.findById(owner);
    const limit = key === undefined ? deployment.asset_bytes : limitsOf(key, deployment).asset_bytes;
    if (limit === null) return UNCOUNTED;
    const held = { account: key === undefined ? owner : accountOf(key), name, bytes };
    const guest = key?.guest === true;
    const answer = await this.#hold(held, { limit, seconds }, guest ? undefined : owner);
    if (answer.outcome !== 'held') throw exceeded(bytes, limit, answer, guest, pointer);
    return {
      settle: () => unlessAway(counter.store(held)),
      release: () => unlessAway(counter.release(held)),
    };
  }

  /** Gives room back that was reserved under this name by whomever. */
  async release(owner: string, name: string, bytes: number): Promise<void> {
    const { counter, keys } = this.#parts;
    const { key } = await keys.findById(owner);
    await unlessAway(counter.release({ account: key === undefined ? owner : accountOf(key), name, bytes }));
  }

  /** `counted`: whose assets in S3 are the sum; undefined where they are not counted. */
  async #hold(
    held: HeldBytes,
    limits: { limit: number; seconds: number },
    counted: string | undefined,
  ): Promise<HoldAnswer> {
    const { counter } = this.#parts;
    const { account } = held;
    const first = await counter.hold(held, limits);
    if (first.outcome === 'held' || (counted === undefined && first.outcome === 'refused')) return first;
    if (counted === undefined) {
      await counter.recount(account, 0, await counter.mark(account), GUESTS_SECONDS);
      return counter.hold(held, limits);
    }
    for (let count = 1; ; count += 1) {
      const exact = await this.#count(counted, account);
      const answer = await counter.hold(held, limits);
      if (answer.outcome === 'held' || exact || count === COUNTS) return answer;
    }
  }

  async #count(owner: string, account: string): Promise<boolean> {
    const { counter, store } = this.#parts;
    const mark = await counter.mark(account);
    const counted = await store.bytesUnder(objectKeys.assetPrefix(owner));
    return counter.recount(account, counted, mark, COUNTED_SECONDS);
  }
}

function exceeded(
  bytes: number,
  limit: number,
  { stored, held }: HoldAnswer,
  guest: boolean,
  pointer: string,
): GenerationError {
  const coming = held === 0 ? '' : `, and ${held} are on their way`;
  const words = guest
    ? `the guests of an address may send ${limit} a day and have sent ${stored}${coming}`
    : `this API key keeps ${stored} of ${limit}${coming}: delete some with DELETE /v1/assets/{id}`;
  return new GenerationError('quota_exceeded', `the file has ${bytes} bytes; ${words}`, { pointer });
}

/** What can't be written down now is counted anew within the hour. */
async function unlessAway(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof GenerationError)) throw error;
  }
}
