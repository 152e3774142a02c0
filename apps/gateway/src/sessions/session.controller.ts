import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayEnvironment } from '../env.ts';
import { expectJson } from '../http/body-parsers.ts';
import { linksOf } from '../http/links.ts';
import { Open, SentBy } from '../keys/authentication.ts';
import type { Caller } from '../keys/gate.ts';
import { RequestLimiter } from '../keys/request-limiter.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { clientAddress } from './client-address.ts';
import { requireSameOrigin } from './same-origin.ts';
import { parseSessionBody } from './session-body.ts';
import { sessionToken, setSessionCookie } from './session-cookie.ts';
import { Sessions, type BegunSession } from './sessions.ts';

/** Sessions and guests that one address may begin in a minute. */
const SESSIONS_A_MINUTE = 30;
const GUESTS_A_MINUTE = 10;

/** An API key for an HttpOnly cookie, so that no script of a page holds the key. */
@Controller('v1/session')
export class SessionController {
  readonly #sessions: Sessions;
  readonly #limiter: RequestLimiter;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(Sessions) sessions: Sessions,
    @Inject(RequestLimiter) limiter: RequestLimiter,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#sessions = sessions;
    this.#limiter = limiter;
    this.#environment = environment;
  }

  /** The key comes in the body or as Authorization; without one the session that stands goes on, or a visitor of a public deployment becomes a guest. */
  @Post()
  @Open()
  @HttpCode(201)
  async begin(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    if (body !== undefined) expectJson(request);
    if (request.headers.origin !== undefined) requireSameOrigin(request, this.#base(request));
    const session = await this.#begin(parseSessionBody(body).key, request, reply);
    this.#setCookie(request, reply, session.token, session.seconds);
    const expires = new Date(Date.now() + session.seconds * 1000).toISOString();
    return { ...viewKey(session.key), expires_at: expires };
  }

  /** Who is signed in, and what holds for him. */
  @Get()
  get(@SentBy() { key, limits }: Caller, @Res({ passthrough: true }) reply: FastifyReply) {
    void reply.header('cache-control', 'no-store');
    return { ...viewKey(key), limits };
  }

  @Delete()
  @Open()
  @HttpCode(204)
  async end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const token = sessionToken(request);
    if (token === undefined) return;
    requireSameOrigin(request, this.#base(request));
    this.#setCookie(request, reply, '', 0); // Before anything can fail: this browser is signed out either way.
    await this.#sessions.end(token);
  }

  async #begin(key: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<BegunSession> {
    const authorization = key === undefined ? request.headers.authorization : `Bearer ${key}`;
    const address = clientAddress(request.ip);
    if (authorization === undefined) {
      const standing = await this.#sessions.standing(sessionToken(request));
      if (standing !== undefined) return standing;
      await this.#limiter.take(`guests ${address}`, GUESTS_A_MINUTE, reply, 'an address');
      return this.#sessions.beginGuest(address);
    }
    await this.#limiter.take(`sessions ${address}`, SESSIONS_A_MINUTE, reply, 'an address');
    return this.#sessions.begin(authorization, address);
  }

  #setCookie(request: FastifyRequest, reply: FastifyReply, token: string, seconds: number): void {
    const secure = this.#base(request).startsWith('https:');
    setSessionCookie(reply, token, { seconds, secure });
    void reply.header('cache-control', 'no-store');
  }

  #base(request: FastifyRequest): string {
    return linksOf(request, this.#environment).base;
  }
}

function viewKey({ id, name, scopes, guest }: Caller['key']) {
  return { key: { id, name, scopes }, guest: guest === true };
}
