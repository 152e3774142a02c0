import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import { KeyGuard, Owner } from '../keys/key.guard.ts';
import { signalOf } from '../http/request-signal.ts';
import { AssetLibrary, type AssetReference } from './asset-library.ts';

@Controller('v1/assets')
@UseGuards(KeyGuard)
export class AssetsController {
  readonly #library: AssetLibrary;

  constructor(@Inject(AssetLibrary) library: AssetLibrary) {
    this.#library = library;
  }

  /** multipart/form-data with one part `file`. */
  @Post()
  @HttpCode(201)
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Owner() owner: string,
  ) {
    if (!request.isMultipart()) {
      throw new GenerationError(
        'unsupported_media_type',
        `content-type is ${request.headers['content-type'] ?? 'missing'}; send multipart/form-data with one part "file"`,
      );
    }
    const part = await request.file();
    if (part === undefined)
      throw new GenerationError('invalid_request', 'the form has no file; send one part "file"', { pointer: '/file' });
    return describeAsset(await this.#library.addStream(owner, part.file, part.mimetype, signalOf(reply)));
  }

  @Get(':id')
  async get(@Param('id') id: string, @Owner() owner: string) {
    const found = await this.#library.find(owner, id);
    if (found === undefined) throw new GenerationError('not_found', `there is no asset "${id}"`);
    return { ...describeAsset(found.reference), created_at: found.head.lastModified.toISOString() };
  }
}

function describeAsset(asset: AssetReference) {
  return { id: asset.id, content_type: asset.content_type, bytes: asset.bytes, sha256: asset.sha256 };
}
