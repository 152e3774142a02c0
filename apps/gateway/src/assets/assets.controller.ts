import { Readable } from 'node:stream';
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, type AssetReference, type AssetStore } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { outputLink } from '../generations/generation-view.ts';
import { sendOutput } from '../generations/send-output.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import { Owner } from '../keys/authentication.ts';
import { ASSET_STORE, ENVIRONMENT } from '../tokens.ts';
import { AssetLibrary } from './asset-library.ts';
import { GeneratedAssets, type GeneratedAsset } from './generated-assets.ts';
import { readForm, type FormFile, type SentForm } from './sent-form.ts';

@Controller('v1/assets')
export class AssetsController {
  readonly #library: AssetLibrary;
  readonly #generated: GeneratedAssets;
  readonly #store: AssetStore;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(AssetLibrary) library: AssetLibrary,
    @Inject(GeneratedAssets) generated: GeneratedAssets,
    @Inject(ASSET_STORE) store: AssetStore,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#library = library;
    this.#generated = generated;
    this.#store = store;
    this.#environment = environment;
  }

  /** multipart/form-data with one part `file`, or the file itself as the body. */
  @Post()
  @HttpCode(201)
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Owner() owner: string,
  ) {
    const asset = describeAsset(await this.#add(owner, request, signalOf(reply)));
    void reply.header('location', `/v1/assets/${asset.id}`);
    return asset;
  }

  @Get(':id')
  async get(@Param('id') id: string, @Owner() owner: string, @Req() request: FastifyRequest) {
    const generated = await this.#generated.find(owner, id);
    if (generated !== undefined) return this.#viewGenerated(id, generated, request);
    const found = await this.#library.find(owner, id);
    if (found === undefined) throw new GenerationError('not_found', `there is no asset "${id.slice(0, 80)}"`);
    return { ...describeAsset(found.reference), created_at: found.head.lastModified.toISOString() };
  }

  /** The file of a generated asset, or a range of it. What a client sent is never served. */
  @Get(':id/content')
  async content(
    @Param('id') id: string,
    @Owner() owner: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const generated = await this.#generated.find(owner, id);
    if (generated === undefined) {
      if ((await this.#library.find(owner, id)) === undefined)
        throw new GenerationError('not_found', `there is no asset "${id.slice(0, 80)}"`);
      throw new GenerationError('forbidden', `asset "${id}" was sent by a client; only what was generated is served`);
    }
    const cacheControl = 'private, max-age=3600, immutable';
    await sendOutput(this.#store, generated.output, { request, reply, cacheControl });
  }

  /** What a generation uses stays until that is deleted. */
  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string, @Owner() owner: string): Promise<void> {
    await this.#library.delete(owner, id);
  }

  async #add(owner: string, request: FastifyRequest, signal: AbortSignal): Promise<AssetReference> {
    const type = request.headers['content-type'] ?? 'missing';
    if (request.body instanceof Readable) {
      const sent = { source: request.body, declared: type.split(';')[0]!.trim(), pointer: '' };
      return this.#library.addStream(owner, sent, signal);
    }
    if (!request.isMultipart()) {
      const words = `content-type is ${type}; send multipart/form-data with one part "file", or the file itself under its type`;
      throw new GenerationError('unsupported_media_type', words);
    }
    const limits = { files: 2, bytes: this.#environment.MEDLEY_ASSET_BYTES };
    await using form = await readForm(request, limits, signal);
    const { file, declared } = onlyFile(form);
    return await this.#library.addStream(owner, { source: file.read(), declared, pointer: '/file' }, signal);
  }

  #viewGenerated(id: string, { output, generation, index, committedAt }: GeneratedAsset, request: FastifyRequest) {
    const { content_type, bytes, sha256 } = output;
    const url = outputLink(generation, index, linksOf(request, this.#environment));
    return { id, content_type, bytes, sha256, created_at: committedAt, generation, url };
  }
}

/** Throws GenerationError `invalid_request` unless the form is one file. */
function onlyFile({ fields, files }: SentForm): FormFile {
  const [file, second] = files;
  const [odd] = [...fields.keys(), ...files.map(({ field }) => field).filter((field) => field !== 'file')];
  const at = { pointer: '/file' };
  if (odd !== undefined)
    throw new GenerationError(
      'invalid_request',
      `the form has a part "${odd.slice(0, 80)}"; send one file as "file"`,
      at,
    );
  if (second !== undefined)
    throw new GenerationError('invalid_request', 'the form has 2 files; send one part "file"', at);
  if (file === undefined)
    throw new GenerationError('invalid_request', 'the form has no file; send one part "file"', at);
  return file;
}

function describeAsset(asset: AssetReference) {
  return { id: asset.id, content_type: asset.content_type, bytes: asset.bytes, sha256: asset.sha256 };
}
