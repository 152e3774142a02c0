import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { KeyGuard, Owner } from '../keys/key.guard.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import { AcceptGeneration } from './accept-generation.ts';
import { GenerationReader } from './generation-reader.ts';
import { GenerationWaiter } from './generation-waiter.ts';
import { EraseGeneration } from './erase-generation.ts';
import { viewGeneration } from './generation-view.ts';

@Controller('v1/generations')
@UseGuards(KeyGuard)
export class GenerationsController {
  readonly #accept: AcceptGeneration;
  readonly #reader: GenerationReader;
  readonly #waiter: GenerationWaiter;
  readonly #erase: EraseGeneration;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(AcceptGeneration) accept: AcceptGeneration,
    @Inject(GenerationReader) reader: GenerationReader,
    @Inject(GenerationWaiter) waiter: GenerationWaiter,
    @Inject(EraseGeneration) erase: EraseGeneration,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#accept = accept;
    this.#reader = reader;
    this.#waiter = waiter;
    this.#erase = erase;
    this.#environment = environment;
  }

  @Post()
  async create(
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Headers('prefer') prefer: string | undefined,
    @Owner() owner: string,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
      throw new GenerationError(
        'invalid_request',
        `the header Idempotency-Key has ${idempotencyKey.length} characters; 1 to 255 visible ASCII characters are allowed`,
      );
    }
    const wait = waitSeconds(prefer);
    const { request } = await this.#accept.accept(body, { owner, idempotencyKey });
    const links = linksOf(http, this.#environment);
    if (wait > 0) await this.#waiter.wait(request.id, wait, signalOf(reply));
    const view = viewGeneration(wait > 0 ? await this.#reader.read(request.id, owner) : { request }, links);
    const ended = ['succeeded', 'failed', 'canceled'].includes(view.status);
    void reply.status(wait > 0 && ended ? 200 : 202).header('location', view.urls.get);
    if (!ended) void reply.header('retry-after', '1');
    return view;
  }

  @Get()
  async list(@Query() query: Record<string, string>, @Owner() owner: string, @Req() http: FastifyRequest) {
    const limit = query['limit'] === undefined ? 20 : Number(query['limit']);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
      throw new GenerationError('invalid_request', `limit is "${query['limit']}"; 1 to 100 are allowed`);
    }
    const cursor = query['cursor'];
    const page = await this.#reader.list(owner, { limit, ...(cursor === undefined ? {} : { cursor }) });
    const links = linksOf(http, this.#environment);
    const views = page.snapshots.map((snapshot) => viewGeneration(snapshot, links));
    const status = query['status'];
    return {
      data: status === undefined ? views : views.filter((view) => view.status === status),
      next_cursor: page.cursor ?? null,
    };
  }

  @Get(':id')
  async get(
    @Param('id') id: string,
    @Owner() owner: string,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const view = viewGeneration(await this.#reader.read(id, owner), linksOf(http, this.#environment));
    void reply.header('cache-control', 'no-store');
    return view;
  }

  /** Answers the generation as it ended: canceled, or whatever came first. */
  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string, @Owner() owner: string, @Req() http: FastifyRequest) {
    const { request } = await this.#reader.read(id, owner);
    await this.#accept.cancel(request);
    return viewGeneration(await this.#reader.read(id, owner), linksOf(http, this.#environment));
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string, @Owner() owner: string): Promise<void> {
    const { request } = await this.#reader.read(id, owner);
    await this.#accept.cancel(request);
    await this.#erase.erase(request);
  }
}

/** Seconds of `Prefer: wait=N` (RFC 7240), at most 25; `wait` alone is 25. */
function waitSeconds(prefer: string | undefined): number {
  const match = /(?:^|[,;\s])wait(?:=(\d{1,6}))?(?:$|[,;\s])/.exec(prefer ?? '');
  return match === null ? 0 : Math.min(25, match[1] === undefined ? 25 : Number(match[1]));
}
