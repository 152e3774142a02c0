import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import { limitsOf, mayDo, type ApiKey, type KeyLimits, type Scope } from './api-key.ts';
import type { KeyRing } from './key-ring.ts';
import type { RequestLimiter } from './request-limiter.ts';

/** Whose request it is, and the limits that hold for it. */
export interface Caller {
  key: ApiKey;
  limits: KeyLimits;
}

/** What every request passes that needs an API key: the key, its scope, its requests a minute. */
export class Gate {
  readonly #keys: KeyRing;
  readonly #limiter: RequestLimiter;
  readonly #deployment: KeyLimits;

  /** `deployment`: limits of keys that have none of their own. */
  constructor(keys: KeyRing, limiter: RequestLimiter, deployment: KeyLimits) {
    this.#keys = keys;
    this.#limiter = limiter;
    this.#deployment = deployment;
  }

  /** Throws GenerationError `unauthorized`, `forbidden` or `rate_limited`. */
  async admit(request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<Caller> {
    const { key, redisAway } = await this.#keys.authenticate(request.headers.authorization);
    const limits = limitsOf(key, this.#deployment);
    const rate = limits.requests_per_minute;
    if (rate !== null && !redisAway) await this.#limiter.take(key.id, rate, reply, 'this API key');
    requireScope(key, scope, request);
    return { key, limits };
  }
}

function requireScope(key: ApiKey, scope: Scope, { method, routeOptions }: FastifyRequest): void {
  if (mayDo(key, scope)) return;
  const has = key.scopes.join(', ');
  throw new GenerationError(
    'forbidden',
    `this API key has the scopes ${has}; ${method} ${routeOptions.url} needs ${scope}`,
  );
}
