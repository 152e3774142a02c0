import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, readResult, type AssetStore, type OutputRecord } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { parseRange } from '../http/range.ts';
import { signalOf } from '../http/request-signal.ts';
import { Open } from '../keys/authentication.ts';
import { Gate } from '../keys/gate.ts';
import { ASSET_STORE, ENVIRONMENT } from '../tokens.ts';
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
    const etag = `"${output.sha256}"`;
    void reply.headers({ etag, 'accept-ranges': 'bytes', 'cache-control': 'private, max-age=3600, immutable' });
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
    const range = rangeOf(request, reply, output, etag);
    const { start, end } = range ?? { start: 0, end: output.bytes - 1 };
    const body = request.method === 'HEAD' ? Readable.from([]) : await this.#open(output, range, reply);
    if (range !== undefined) void reply.header('content-range', `bytes ${start}-${end}/${output.bytes}`);
    await reply
      .status(range === undefined ? 200 : 206)
      .type(output.content_type)
      .headers({
        'content-length': end - start + 1,
        'x-content-type-options': 'nosniff',
        'content-disposition': `attachment; filename="${output.key.slice(output.key.lastIndexOf('/') + 1)}"`,
      })
      .send(body);
  }

  async #open(output: OutputRecord, range: { start: number; end: number } | undefined, reply: FastifyReply) {
    const options = { ...(range === undefined ? {} : { range }), signal: signalOf(reply) };
    const object = await this.#store.stream(output.key, options);
    if (object === undefined) throw new GenerationError('gone', 'the file was erased');
    return object.body;
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

/** `If-Range` with another version asks for the whole file. */
function rangeOf({ headers }: FastifyRequest, reply: FastifyReply, { bytes }: OutputRecord, etag: string) {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  void reply.header('content-range', `bytes */${bytes}`); // Stands when the range is refused.
  const range = parseRange(headers.range, bytes);
  void reply.removeHeader('content-range');
  return range;
}
