import type { Redis } from 'ioredis';
import { GenerationError } from '@medley/domain';
import { channels, redisKeys } from './redis-keys.ts';

interface Watched {
  controller: AbortController;
  holders: number;
}

/** One generation under watch. */
interface CancelHandle {
  /** Aborted with GenerationError `canceled`. */
  signal: AbortSignal;
  release(): void;
}

/**
 * Watches the cancel flags of the generations that this process works on: one subscription for all, the durable flags are
 * looked at when a watch begins and after each reconnect.
 */
export class CancelWatch {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #watched = new Map<string, Watched>();
  readonly #onMessage = (channel: string, generation: string) => {
    if (channel === channels.cancel) this.#abort(generation);
  };
  readonly #onReady = () => void this.#recheck();

  constructor(redis: Redis, subscriber: Redis) {
    this.#redis = redis;
    this.#subscriber = subscriber;
  }

  /** Resolves when the subscription stands. */
  async start(): Promise<void> {
    this.#subscriber.on('message', this.#onMessage);
    await this.#subscriber.subscribe(channels.cancel);
    this.#subscriber.on('ready', this.#onReady);
  }

  async close(): Promise<void> {
    this.#subscriber.off('message', this.#onMessage);
    this.#subscriber.off('ready', this.#onReady);
    if (this.#subscriber.status === 'ready') await this.#subscriber.unsubscribe(channels.cancel);
  }

  /** Watches a generation until `release()`. The signal is aborted already when the flag stands. */
  async watch(generation: string): Promise<CancelHandle> {
    const watched = this.#watched.get(generation) ?? { controller: new AbortController(), holders: 0 };
    watched.holders += 1;
    this.#watched.set(generation, watched);
    try {
      if (!watched.controller.signal.aborted) await this.#look(generation);
    } catch (error) {
      this.#release(generation, watched);
      throw error;
    }
    return { signal: watched.controller.signal, release: () => this.#release(generation, watched) };
  }

  /** Whether a watched generation was canceled, as far as is known now. */
  isCanceled(generation: string): boolean {
    return this.#watched.get(generation)?.controller.signal.aborted ?? false;
  }

  #release(generation: string, watched: Watched): void {
    watched.holders -= 1;
    if (watched.holders === 0) this.#watched.delete(generation);
  }

  async #look(generation: string): Promise<void> {
    if ((await this.#redis.exists(redisKeys.cancel(generation))) === 1) this.#abort(generation);
  }

  #abort(generation: string): void {
    this.#watched.get(generation)?.controller.abort(new GenerationError('canceled', `${generation} was canceled`));
  }

  /** Messages were lost while the subscriber was away. A failure here is followed by another reconnect. */
  async #recheck(): Promise<void> {
    try {
      await this.#subscriber.subscribe(channels.cancel);
      await Promise.all([...this.#watched.keys()].map((generation) => this.#look(generation)));
    } catch {
      return;
    }
  }
}
