import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import { expectJson } from '../http/body-parsers.ts';
import { SentBy } from '../keys/authentication.ts';
import type { Caller } from '../keys/gate.ts';
import { BundleCatalog, type CatalogEntry } from '../models/bundle-catalog.ts';
import { findModel, findModelVersion, findVersion } from './model-names.ts';
import { parsePredictionBody } from './prediction-body.ts';
import { parsePageQuery } from './page-query.ts';
import { Predictions } from './predictions.ts';

interface ModelPath {
  owner: string;
  name: string;
  version: string;
}

@Controller('replicate/v1')
export class PredictionsController {
  readonly #predictions: Predictions;
  readonly #catalog: BundleCatalog;

  constructor(@Inject(Predictions) predictions: Predictions, @Inject(BundleCatalog) catalog: BundleCatalog) {
    this.#predictions = predictions;
    this.#catalog = catalog;
  }

  @Post('predictions')
  async create(
    @Body() body: unknown,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#create(body, { caller, request, reply }, (version) => {
      if (version !== undefined) return findVersion(this.#catalog, version);
      const words = 'version is missing; name the version of a model, or post to models/{owner}/{name}/predictions';
      throw new GenerationError('invalid_request', words, { pointer: '/version' });
    });
  }

  @Post('models/:owner/:name/predictions')
  async createOf(
    @Param() { owner, name }: ModelPath,
    @Body() body: unknown,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#create(body, { caller, request, reply }, (version) => {
      refuseVersion(version);
      return findModel(this.#catalog, owner, name);
    });
  }

  @Post('models/:owner/:name/versions/:version/predictions')
  async createOfVersion(
    @Param() { owner, name, version }: ModelPath,
    @Body() body: unknown,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#create(body, { caller, request, reply }, (second) => {
      refuseVersion(second);
      return findModelVersion(this.#catalog, owner, name, version);
    });
  }

  @Get('predictions')
  async list(
    @Query() query: unknown,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#predictions.list(parsePageQuery(query), { caller, request, reply });
  }

  @Get('predictions/:id')
  async get(
    @Param('id') id: string,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    void reply.header('cache-control', 'no-store');
    return this.#predictions.get(id, { caller, request, reply });
  }

  @Post('predictions/:id/cancel')
  @HttpCode(200)
  async cancel(
    @Param('id') id: string,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#predictions.cancel(id, { caller, request, reply });
  }

  async #create(
    given: unknown,
    exchange: { caller: Caller; request: FastifyRequest; reply: FastifyReply },
    find: (version: string | undefined) => CatalogEntry,
  ): Promise<void> {
    const { request } = exchange;
    expectJson(request);
    const after = request.headers['cancel-after'];
    if (after !== undefined) {
      const words = `the header Cancel-After is "${String(after).slice(0, 40)}"; it is not answered here: cancel the prediction by its URL`;
      throw new GenerationError('invalid_request', words);
    }
    const body = parsePredictionBody(given);
    await this.#predictions.create(body, find(body.version), exchange);
  }
}

function refuseVersion(version: string | undefined): void {
  if (version === undefined) return;
  const words = `version is "${version.slice(0, 80)}"; the model is named by the path already`;
  throw new GenerationError('invalid_request', words, { pointer: '/version' });
}
