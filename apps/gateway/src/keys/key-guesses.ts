import { GenerationError, ifQueueAway } from '@medley/domain';
import type { RedisRateLimiter } from '@medley/queue';

const RATE = { requests: 60, seconds: 60 };
/** Addresses that are remembered. */
const REFUSED = 10_000;

/**
 * Keys that nobody has, counted by the address that sends them, for all gateways. Where that sends too many, none that it
 * sends is looked up for a moment. Nothing is counted while Redis is away.
 */
export class KeyGuesses {
  readonly #rates: RedisRateLimiter;
  readonly #refused = new Map<string, number>();

  constructor(rates: RedisRateLimiter) {
    this.#rates = rates;
  }

  /** Throws GenerationError `rate_limited`. `address`: as `clientAddress` says. */
  check(address: string): void {
    const seconds = Math.ceil(((this.#refused.get(address) ?? 0) - performance.now()) / 1000);
    if (seconds <= 0) return;
    const words = `this address sends more than ${RATE.requests} unknown API keys a minute; try again in ${seconds} s`;
    throw new GenerationError('rate_limited', words);
  }

  async count(address: string): Promise<void> {
    const taken = await this.#take(address);
    if (taken === undefined || taken.allowed) return;
    this.#refused.delete(address);
    if (this.#refused.size >= REFUSED) this.#refused.delete(this.#refused.keys().next().value!);
    this.#refused.set(address, performance.now() + taken.seconds * 1000);
  }

  async #take(address: string) {
    return this.#rates.take(`guesses ${address}`, RATE).catch(ifQueueAway(undefined));
  }
}
