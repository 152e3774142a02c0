import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { checkLink, type LinkQuery } from '../generations/signed-link.ts';
import { expectJson } from '../http/body-parsers.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import { Open, Owner } from '../keys/authentication.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { AssetUploads } from './asset-uploads.ts';
import { parseUploadBody } from './upload-body.ts';

/** Uploads that go to storage directly. */
@Controller('v1/assets/uploads')
export class UploadsController {
  readonly #uploads: AssetUploads;
  readonly #environment: GatewayEnvironment;

  constructor(@Inject(AssetUploads) uploads: AssetUploads, @Inject(ENVIRONMENT) environment: GatewayEnvironment) {
    this.#uploads = uploads;
    this.#environment = environment;
  }

  /** 201 with where to put the file; 200 with the asset where the key has these bytes already. */
  @Post()
  async begin(
    @Body() body: unknown,
    @Owner() owner: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    expectJson(request);
    const announced = parseUploadBody(body, this.#environment.MEDLEY_ASSET_BYTES);
    const begun = await this.#uploads.begin(owner, announced, linksOf(request, this.#environment));
    void reply.header('cache-control', 'no-store');
    if ('upload' in begun) return begun;
    void reply.status(200);
    return { asset: begun };
  }

  /** Where storage has no public name: the file itself, by the link that `begin` gave. */
  @Put(':id/content')
  @Open()
  @HttpCode(204)
  async receive(
    @Param('id') id: string,
    @Query() query: LinkQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const path = `/v1/assets/uploads/${id}/content`;
    if (!checkLink(this.#environment.MEDLEY_SECRET, path, query, Date.now()))
      throw new GenerationError('unauthorized', 'the link is not one that an upload was given, or its time is over');
    if (!(request.body instanceof Readable))
      throw new GenerationError('unsupported_media_type', 'send the file itself under its content type');
    await this.#uploads.receive(id, request.body, signalOf(reply));
  }

  @Post(':id/complete')
  @HttpCode(200)
  async complete(@Param('id') id: string, @Owner() owner: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#uploads.complete(owner, id, this.#environment.MEDLEY_SECRET, signalOf(reply));
  }
}
