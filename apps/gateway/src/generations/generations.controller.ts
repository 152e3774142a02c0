import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayEnvironment } from '../env.ts';
import { expectJson } from '../http/body-parsers.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import { Owner, SentBy } from '../keys/authentication.ts';
import type { Caller } from '../keys/gate.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { AcceptGeneration } from './accept-generation.ts';
import { parseIdempotencyKey, waitSeconds } from './create-headers.ts';
import { EndGeneration } from './end-generation.ts';
import { GenerationReader } from './generation-reader.ts';
import { hasEnded, viewGeneration, type GenerationSnapshot, type GenerationView } from './generation-view.ts';
import { GenerationWaiter } from './generation-waiter.ts';
import { parseListQuery } from './list-query.ts';

const POLL_SECONDS = 1;

@Controller('v1/generations')
export class GenerationsController {
  readonly #accept: AcceptGeneration;
  readonly #reader: GenerationReader;
  readonly #waiter: GenerationWaiter;
  readonly #end: EndGeneration;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(AcceptGeneration) accept: AcceptGeneration,
    @Inject(GenerationReader) reader: GenerationReader,
    @Inject(GenerationWaiter) waiter: GenerationWaiter,
    @Inject(EndGeneration) end: EndGeneration,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#accept = accept;
    this.#reader = reader;
    this.#waiter = waiter;
    this.#end = end;
    this.#environment = environment;
  }

  /** 202, or 200 when it has ended by then: within `Prefer: wait=N`, or because its Idempotency-Key is an old one. */
  @Post()
  async create(
    @Body() body: unknown,
    @Headers() headers: Record<string, string | undefined>,
    @SentBy() caller: Caller,
    @Req() http: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    expectJson(http);
    const idempotencyKey = parseIdempotencyKey(headers['idempotency-key']);
    const wait = waitSeconds(headers['prefer']);
    const { base } = linksOf(http, this.#environment);
    const { request, created } = await this.#accept.accept(body, { caller, idempotencyKey, base });
    if (wait > 0) await this.#waiter.wait(request.id, wait, signalOf(reply));
    const fresh = created && wait === 0;
    const view = this.#view(fresh ? { request } : await this.#reader.readAccepted({ request, created }), http);
    const ended = hasEnded(view);
    if (!ended) void reply.header('retry-after', POLL_SECONDS);
    if (wait > 0) void reply.header('preference-applied', `wait=${wait}`);
    await reply
      .status(ended ? 200 : 202)
      .header('location', view.urls.get)
      .header('cache-control', 'no-store')
      .send(view);
  }

  @Get()
  async list(@Query() query: unknown, @Owner() owner: string, @Req() http: FastifyRequest) {
    const { snapshots, cursor } = await this.#reader.list(owner, parseListQuery(query));
    return { data: snapshots.map((snapshot) => this.#view(snapshot, http)), next_cursor: cursor ?? null };
  }

  @Get(':id')
  async get(
    @Param('id') id: string,
    @Owner() owner: string,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    void reply.header('cache-control', 'no-store');
    return this.#view(await this.#reader.read(id, owner), http);
  }

  /** Answers the generation as it ended: canceled, or whatever came first. */
  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string, @Owner() owner: string, @Req() http: FastifyRequest) {
    const { request } = await this.#reader.read(id, owner);
    const result = await this.#end.cancel(request);
    return this.#view({ request: result.request, result }, http);
  }

  /** Deleting again what was deleted makes sure that nothing of it is left. */
  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string, @Owner() owner: string): Promise<void> {
    const { request } = await this.#reader.readDeleted(id, owner);
    await this.#end.delete(request);
  }

  #view(snapshot: GenerationSnapshot, http: FastifyRequest): GenerationView {
    return viewGeneration(snapshot, linksOf(http, this.#environment));
  }
}
