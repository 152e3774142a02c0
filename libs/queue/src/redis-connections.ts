import { Redis, type RedisOptions } from 'ioredis';
import { GenerationError } from '@medley/domain';

/** Milliseconds a command of the prompt connection may take before it fails. */
const PROMPT_COMMAND_MILLISECONDS = 3_000;
/** The same of the patient connection, waiting for Redis to come back included. */
const PATIENT_COMMAND_MILLISECONDS = 15_000;
const CONNECT_MILLISECONDS = 5_000;
const LONGEST_RETRY_MILLISECONDS = 1_000;

export interface RedisConnectionsOptions {
  /** `redis://`, `rediss://` (TLS), `unix:///path/to/socket` or `unix://:password@localhost/path/to/socket`. */
  url: string;
  /** Shows in CLIENT LIST. */
  name: string;
  /** Every error of every connection; they reconnect by themselves. */
  onError: (error: Error) => void;
}

/** The connections of one process to one Redis. Each is opened when it is first asked for. */
export class RedisConnections {
  readonly #options: RedisConnectionsOptions;
  readonly #open = new Map<string, Redis>();
  #closed = false;

  constructor(options: RedisConnectionsOptions) {
    this.#options = options;
  }

  /** For calls that a client waits for: no offline queue, so they fail at once while Redis is away. */
  get prompt(): Redis {
    return this.#connection('prompt', {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: PROMPT_COMMAND_MILLISECONDS,
    });
  }

  /** For work in hand, which should outlive a restart of Redis: commands wait for it, for a bounded time. */
  get patient(): Redis {
    return this.#connection('patient', {
      maxRetriesPerRequest: null,
      commandTimeout: PATIENT_COMMAND_MILLISECONDS,
    });
  }

  /** For BullMQ workers, which wait for Redis for ever. Each adds a blocking duplicate of its own. */
  get worker(): Redis {
    return this.#connection('worker', { maxRetriesPerRequest: null });
  }

  /** For publish/subscribe; subscribes again by itself after a reconnect. */
  get subscriber(): Redis {
    return this.#connection('subscriber', { maxRetriesPerRequest: null });
  }

  /** Resolves when Redis answers; GenerationError `queue_unavailable` when it does not within five seconds. */
  async ready(): Promise<void> {
    await untilReady(this.prompt, CONNECT_MILLISECONDS);
  }

  /** A health check: the round trip in words. */
  async ping(): Promise<string> {
    const begin = performance.now();
    await this.prompt.ping();
    return `answers in ${(performance.now() - begin).toFixed(1)} ms`;
  }

  /** Ends the connections, and that of each blocking duplicate to a Redis that is away: nothing connects again from now on. */
  close(): void {
    this.#closed = true;
    for (const redis of this.#open.values()) redis.disconnect();
    this.#open.clear();
  }

  #connection(role: string, options: RedisOptions): Redis {
    const existing = this.#open.get(role);
    if (existing !== undefined) return existing;
    const { url, name, onError } = this.#options;
    const redis = new Redis({
      ...addressOf(url),
      connectionName: `${name}:${role}`,
      connectTimeout: CONNECT_MILLISECONDS,
      // BullMQ's duplicates have it too, and nobody else could keep them from a Redis that stays away.
      retryStrategy: (attempt) =>
        this.#closed ? null : Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RETRY_MILLISECONDS),
      ...options,
    });
    redis.on('error', onError);
    this.#open.set(role, redis);
    return redis;
  }
}

/** Resolves when the connection is ready. Throws GenerationError `queue_unavailable` when that takes longer. */
export async function untilReady(redis: Redis, milliseconds: number): Promise<void> {
  if (redis.status === 'ready') return;
  const signal = AbortSignal.timeout(milliseconds);
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve);
      signal.addEventListener('abort', () => {
        redis.off('ready', resolve);
        reject(new Error(`not connected within ${milliseconds} ms`));
      });
    });
  } catch (error) {
    throw new GenerationError('queue_unavailable', 'Redis does not answer; try again in a moment', { cause: error });
  }
}

/** ioredis takes URLs of TCP only. */
export function addressOf(url: string): RedisOptions {
  const { protocol, hostname, port, pathname, username, password } = new URL(url);
  const login = {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
  if (protocol === 'unix:' || protocol === 'redis+unix:') return { ...login, path: decodeURIComponent(pathname) };
  return {
    ...login,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    db: pathname.length > 1 ? Number(pathname.slice(1)) : 0,
    ...(protocol === 'rediss:' ? { tls: { servername: hostname } } : {}),
  };
}
