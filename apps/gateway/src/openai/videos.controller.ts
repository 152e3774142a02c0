import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AssetStore } from '@medley/domain';
import { sendOutput } from '../generations/send-output.ts';
import { signalOf } from '../http/request-signal.ts';
import { Owner, SentBy } from '../keys/authentication.ts';
import type { Caller } from '../keys/gate.ts';
import { ASSET_STORE } from '../tokens.ts';
import { checkContentQuery, parseVideoListQuery } from './video-query.ts';
import { Videos } from './videos.ts';

@Controller('openai/v1/videos')
export class VideosController {
  readonly #videos: Videos;
  readonly #store: AssetStore;

  constructor(@Inject(Videos) videos: Videos, @Inject(ASSET_STORE) store: AssetStore) {
    this.#videos = videos;
    this.#store = store;
  }

  @Post()
  @HttpCode(200)
  async create(
    @Body() body: unknown,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#videos.create(body, { caller, request, reply });
  }

  @Get()
  async list(@Query() query: unknown, @Owner() owner: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#videos.list(parseVideoListQuery(query), owner, signalOf(reply));
  }

  @Get(':id')
  async get(@Param('id') id: string, @Owner() owner: string) {
    return this.#videos.get(id, owner);
  }

  @Delete(':id')
  @HttpCode(200)
  async delete(@Param('id') id: string, @Owner() owner: string) {
    return this.#videos.delete(id, owner);
  }

  @Get(':id/content')
  async content(
    @Param('id') id: string,
    @Query() query: unknown,
    @Owner() owner: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkContentQuery(query);
    const file = await this.#videos.content(id, owner);
    await sendOutput(this.#store, file, { request, reply, cacheControl: 'private, max-age=3600, immutable' });
  }
}
