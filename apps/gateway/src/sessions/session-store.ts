import { createHash, randomBytes } from 'node:crypto';
import type { RedisRecords } from '@medley/queue';

/** Sessions of pages, in Redis alone: when it is lost, people sign in again. They are stored by the hash of their token. */
export class SessionStore {
  readonly #records: RedisRecords;

  constructor(records: RedisRecords) {
    this.#records = records;
  }

  /** The token stands for the key with that id. */
  async begin(key: string, seconds: number): Promise<string> {
    const token = `mds_${randomBytes(24).toString('base64url')}`;
    await this.#records.put(nameOf(token), key, { seconds });
    return token;
  }

  /** Id of the key that the token stands for. */
  async find(token: string): Promise<string | undefined> {
    return this.#records.get(nameOf(token));
  }

  async secondsLeft(token: string): Promise<number> {
    return this.#records.secondsLeft(nameOf(token));
  }

  async end(token: string): Promise<void> {
    await this.#records.delete(nameOf(token));
  }
}

function nameOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
