import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, readResult, type AssetStore, type OutputRecord } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { Open } from '../keys/authentication.ts';
import { Gate } from '../keys/gate.ts';
import { ASSET_STORE, ENVIRONMENT } from '../tokens.ts';
import { redirectToOutput, sendOutput } from './send-output.ts';
import { checkLink, type LinkQuery } from './signed-link.ts';

/** Files of a generation, by a signed link or with the API key. */
@Controller('v1/generations/:id/outputs')
export class OutputsController {
  readonly #store: AssetStore;
  readonly #gate: Gate;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(ASSET_STORE) store: AssetStore,
    @Inject(Gate) gate: Gate,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#store = store;
    this.#gate = gate;
    this.#environment = environment;
  }

  @Get(':index')
  @Open()
  async download(
    @Param() { id, index }: { id: string; index: string },
    @Query() query: LinkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const output = await this.#authorize(id, index, query, request, reply);
    if (this.#redirects(request)) return redirectToOutput(this.#store, output, reply);
    await sendOutput(this.#store, output, { request, reply, cacheControl: 'private, max-age=3600, immutable' });
  }

  /** Pages of this service load files from it alone, and who has a version may have the one that stands. */
  #redirects({ method, headers }: FastifyRequest): boolean {
    const { 'sec-fetch-site': site, 'if-none-match': known } = headers;
    const isPublic = this.#environment.S3_PUBLIC_ENDPOINT !== undefined;
    return isPublic && method === 'GET' && site !== 'same-origin' && known === undefined;
  }

  async #authorize(
    id: string,
    index: string,
    query: LinkQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<OutputRecord> {
    const missing = () =>
      new GenerationError('not_found', `there is no output "${index.slice(0, 20)}" of generation "${id.slice(0, 80)}"`);
    const path = `/v1/generations/${id}/outputs/${index}`;
    const signed = checkLink(this.#environment.MEDLEY_SECRET, path, query, Date.now());
    const key = signed ? undefined : (await this.#gate.admit(request, reply, 'read')).key;
    if (!/^gen_[0-9a-z]{26}$/.test(id)) throw missing();
    const result = await readResult(this.#store, id);
    if (result === undefined || (key !== undefined && result.request.owner !== key.id)) throw missing();
    if (result.status === 'deleted') throw new GenerationError('gone', `generation "${id}" was deleted`);
    const output = /^\d{1,4}$/.test(index) ? result.outputs[Number(index)] : undefined;
    if (output === undefined) throw missing();
    return output;
  }
}
