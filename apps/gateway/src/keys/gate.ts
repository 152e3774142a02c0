import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { linksOf } from '../http/links.ts';
import { clientAddress } from '../sessions/client-address.ts';
import { requireSameOrigin } from '../sessions/same-origin.ts';
import { sessionToken } from '../sessions/session-cookie.ts';
import { limitsOf, mayDo, type ApiKey, type KeyLimits, type Scope } from './api-key.ts';
import type { KeyRing } from './key-ring.ts';
import type { RequestLimiter } from './request-limiter.ts';

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whose request it is, and the limits that hold for it. */
export interface Caller {
  key: ApiKey;
  limits: KeyLimits;
  /** Token of the session that stands for the key. */
  session?: string;
}

/** `signal` aborts when `recheck` finds that the key, or the session that stood for it, no longer holds. */
export interface WatchedCaller {
  signal: AbortSignal;
  recheck: () => void;
}

/** What every request passes that needs an API key: the key or a session of it, its requests a minute, its scope. */
export class Gate {
  readonly #keys: KeyRing;
  readonly #limiter: RequestLimiter;
  readonly #deployment: KeyLimits;
  readonly #environment: GatewayEnvironment;

  /** `deployment`: limits of keys that have none of their own. */
  constructor(keys: KeyRing, limiter: RequestLimiter, deployment: KeyLimits, environment: GatewayEnvironment) {
    this.#keys = keys;
    this.#limiter = limiter;
    this.#deployment = deployment;
    this.#environment = environment;
  }

  /** Throws GenerationError `unauthorized`, `forbidden` or `rate_limited`. */
  async admit(request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<Caller> {
    const { authorization } = request.headers;
    const { key, session, redisAway } = await this.#keys.authenticate({
      authorization,
      session: sessionToken(request),
      address: clientAddress(request.ip),
    });
    if (session !== undefined && !SAFE.has(request.method))
      requireSameOrigin(request, linksOf(request, this.#environment).base);
    const limits = limitsOf(key, this.#deployment);
    const rate = limits.requests_per_minute;
    if (rate !== null && !redisAway) {
      const [name, who] =
        key.guest === true ? [`guest ${clientAddress(request.ip)}`, 'guests of an address'] : [key.id, 'this API key'];
      await this.#limiter.take(name, rate, reply, who);
    }

    requireScope(key, scope, request);
    if (key.guest === true && request.routeOptions.url?.startsWith('/v1/webhooks') === true) throw noWebhooks();
    return { key, limits, ...(session === undefined ? {} : { session }) };
  }

  /** For what a caller follows. */
  watch({ key, session }: Caller): WatchedCaller {
    const ended = new AbortController();
    const look = async () => {
      // What can't be looked up now holds.
      if (!(await this.#keys.holds(key.id, session).catch(() => true))) ended.abort();
    };
    return { signal: ended.signal, recheck: () => void look() };
  }
}

/** A guest has no webhooks: nobody is to have this service call others without a key. */
export function noWebhooks(pointer?: string): GenerationError {
  return new GenerationError(
    'forbidden',
    'guests have no webhooks; they need an API key of this service',
    pointer === undefined ? {} : { pointer },
  );
}

function requireScope(key: ApiKey, scope: Scope, { method, routeOptions }: FastifyRequest): void {
  if (mayDo(key, scope)) return;
  const has = key.scopes.join(', ');
  throw new GenerationError(
    'forbidden',
    `this API key has the scopes ${has}; ${method} ${routeOptions.url} needs ${scope}`,
  );
}
