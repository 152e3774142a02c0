import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { GatewayEnvironment } from '../env.ts';
import { linksOf } from '../http/links.ts';
import { BundleCatalog } from '../models/bundle-catalog.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { findModel, findModelVersion } from './model-names.ts';
import { viewModel, viewVersion } from './model-view.ts';
import { parsePageQuery } from './page-query.ts';

interface ModelPath {
  owner: string;
  name: string;
}

/** The bundles as models of Replicate's API. Each has the one version that its name means now. */
@Controller('replicate/v1/models')
export class ReplicateModelsController {
  readonly #catalog: BundleCatalog;
  readonly #environment: GatewayEnvironment;

  constructor(@Inject(BundleCatalog) catalog: BundleCatalog, @Inject(ENVIRONMENT) environment: GatewayEnvironment) {
    this.#catalog = catalog;
    this.#environment = environment;
  }

  @Get()
  list(@Query() query: unknown, @Req() request: FastifyRequest) {
    parsePageQuery(query);
    const { base } = linksOf(request, this.#environment);
    return { previous: null, next: null, results: this.#catalog.entries.map((entry) => viewModel(entry, base)) };
  }

  @Get(':owner/:name')
  get(@Param() { owner, name }: ModelPath, @Req() request: FastifyRequest) {
    return viewModel(findModel(this.#catalog, owner, name), linksOf(request, this.#environment).base);
  }

  @Get(':owner/:name/versions')
  versions(@Param() { owner, name }: ModelPath, @Query() query: unknown) {
    parsePageQuery(query);
    return { previous: null, next: null, results: [viewVersion(findModel(this.#catalog, owner, name))] };
  }

  @Get(':owner/:name/versions/:version')
  version(@Param() { owner, name, version }: ModelPath & { version: string }) {
    return viewVersion(findModelVersion(this.#catalog, owner, name, version));
  }
}
