import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, objectKeys, type AssetReference, type AssetStore } from '@medley/domain';
import { AssetLibrary } from '../assets/asset-library.ts';
import type { GatewayEnvironment } from '../env.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import { Owner } from '../keys/authentication.ts';
import { ASSET_STORE, ENVIRONMENT } from '../tokens.ts';
import { SecretBox } from '../webhooks/secret-box.ts';
import { FILES_PATH } from './input-files.ts';
import { parsePageQuery } from './page-query.ts';
import { storeSentFile } from './sent-file.ts';

/** The assets of a key as files of Replicate's API. */
@Controller('replicate/v1/files')
export class FilesController {
  readonly #library: AssetLibrary;
  readonly #store: AssetStore;
  readonly #environment: GatewayEnvironment;
  readonly #box: SecretBox;

  constructor(
    @Inject(AssetLibrary) library: AssetLibrary,
    @Inject(ASSET_STORE) store: AssetStore,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#library = library;
    this.#store = store;
    this.#environment = environment;
    this.#box = new SecretBox(environment.MEDLEY_SECRET);
  }

  @Post()
  @HttpCode(201)
  async create(
    @Owner() owner: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const bytes = this.#environment.MEDLEY_ASSET_BYTES;
    const { asset, name } = await storeSentFile(this.#library, owner, { request, bytes, signal: signalOf(reply) });
    return this.#view(asset, new Date(), request, name);
  }

  /** A page of them, by their ids. */
  @Get()
  async list(@Query() query: unknown, @Owner() owner: string, @Req() request: FastifyRequest) {
    const { cursor, limit } = parsePageQuery(query);
    const prefix = objectKeys.assetPrefix(owner);
    const place = cursor === undefined ? {} : { cursor: this.#openCursor(cursor, prefix) };
    const page = await this.#store.list(prefix, { limit, ...place });
    const ids = page.keys.map((key) => key.slice(prefix.length));
    const found = await Promise.all(ids.map((id) => this.#library.find(owner, id)));
    const results = found.flatMap((one) =>
      one === undefined ? [] : [this.#view(one.reference, one.head.lastModified, request)],
    );
    const { base } = linksOf(request, this.#environment);
    const next =
      page.cursor === undefined ? null : `${base}${FILES_PATH}?cursor=${this.#box.seal(page.cursor, prefix)}`;
    return { previous: null, next, results };
  }

  @Get(':id')
  async get(@Param('id') id: string, @Owner() owner: string, @Req() request: FastifyRequest) {
    const found = await this.#library.find(owner, id);
    if (found === undefined) throw new GenerationError('not_found', `there is no file "${id.slice(0, 80)}"`);
    return this.#view(found.reference, found.head.lastModified, request);
  }

  /** What a prediction uses stays until that is deleted. */
  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string, @Owner() owner: string): Promise<void> {
    await this.#library.delete(owner, id);
  }

  #view({ id, content_type, bytes, sha256 }: AssetReference, createdAt: Date, request: FastifyRequest, name = id) {
    const { base } = linksOf(request, this.#environment);
    return {
      id,
      name,
      content_type,
      size: bytes,
      etag: sha256,
      checksums: { sha256 },
      metadata: {},
      created_at: createdAt.toISOString(),
      expires_at: null,
      urls: { get: `${base}${FILES_PATH}/${id}` },
    };
  }

  #openCursor(cursor: string, prefix: string): string {
    const opened = this.#box.open(cursor, prefix);
    if (opened !== undefined) return opened;
    const words = `cursor is "${cursor.slice(0, 80)}"; pass on one that a list returned`;
    throw new GenerationError('invalid_request', words, { pointer: '/cursor' });
  }
}
