import { Controller, Get, Headers, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, readResult, type AssetStore, type OutputRecord } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { signalOf } from '../http/request-signal.ts';
import { parseRange } from '../http/range.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { ASSET_STORE, ENVIRONMENT } from '../tokens.ts';
import { checkLink } from './generation-view.ts';

/** Files of a generation, by a signed link or with the API key. */
@Controller('v1/generations/:id/outputs')
export class OutputsController {
  readonly #store: AssetStore;
  readonly #keys: KeyRing;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(ASSET_STORE) store: AssetStore,
    @Inject(KeyRing) keys: KeyRing,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#environment = environment;
  }

  @Get(':index')
  async download(
    @Param('id') id: string,
    @Param('index') index: string,
    @Query() query: { expires?: string; signature?: string },
    @Headers('range') range: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const output = await this.#authorize(id, index, query, request);
    const bytes = parseRange(range, output.bytes);
    const object = await this.#store.stream(output.key, {
      ...(bytes === undefined ? {} : { range: bytes }),
      signal: signalOf(reply),
    });
    if (object === undefined) throw new GenerationError('gone', `the file of output ${index} of ${id} was erased`);
    const name = output.key.slice(output.key.lastIndexOf('/') + 1);
    void reply
      .status(bytes === undefined ? 200 : 206)
      .type(output.content_type)
      .header('content-length', bytes === undefined ? output.bytes : bytes.end - bytes.start + 1)
      .header('accept-ranges', 'bytes')
      .header('etag', `"${output.sha256}"`)
      .header('cache-control', 'private, max-age=3600, immutable')
      .header('x-content-type-options', 'nosniff')
      .header('content-disposition', `attachment; filename="${name}"`);
    if (bytes !== undefined) void reply.header('content-range', `bytes ${bytes.start}-${bytes.end}/${output.bytes}`);
    await reply.send(object.body);
  }

  async #authorize(
    id: string,
    index: string,
    query: { expires?: string; signature?: string },
    request: FastifyRequest,
  ): Promise<OutputRecord> {
    const missing = () => new GenerationError('not_found', `there is no output "${index}" of generation "${id}"`);
    const signed =
      query.signature !== undefined &&
      checkLink(this.#environment.MEDLEY_SECRET, `/v1/generations/${id}/outputs/${index}`, query, Date.now());
    const key = signed ? undefined : await this.#keys.authenticate(request.headers.authorization);
    if (!/^gen_[0-9a-z]{26}$/.test(id)) throw missing();
    const result = await readResult(this.#store, id);
    const output = /^\d{1,4}$/.test(index) ? result?.outputs[Number(index)] : undefined;
    if (result === undefined || output === undefined || (key !== undefined && result.request.owner !== key.id))
      throw missing();
    return output;
  }
}
