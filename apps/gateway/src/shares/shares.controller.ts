import { Body, Controller, Delete, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { GenerationReader } from '../generations/generation-reader.ts';
import { expectJson } from '../http/body-parsers.ts';
import { linksOf } from '../http/links.ts';
import { guestEnd, type ApiKey } from '../keys/api-key.ts';
import { Owner, SentBy } from '../keys/authentication.ts';
import type { Caller } from '../keys/gate.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { parseShareBody } from './share-body.ts';
import { ShareStore } from './share-store.ts';

/** A link to what a generation made. */
@Controller('v1/generations/:id/share')
export class SharesController {
  readonly #shares: ShareStore;
  readonly #reader: GenerationReader;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(ShareStore) shares: ShareStore,
    @Inject(GenerationReader) reader: GenerationReader,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#shares = shares;
    this.#reader = reader;
    this.#environment = environment;
  }

  /** The answer says that the files carry what was asked for. Asked for again, the link stays the same and lives from now on for `expires_seconds`, that of a guest as long as the guest at most. */
  @Post()
  @HttpCode(201)
  async share(
    @Param('id') id: string,
    @Body() body: unknown,
    @SentBy() { key }: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (body !== undefined) expectJson(request);
    const { expires_seconds: seconds } = parseShareBody(body);
    const { result, live } = await this.#reader.read(id, key.id);
    if (result?.status !== 'succeeded') {
      const status = result?.status ?? live?.status ?? 'queued';
      throw new GenerationError('conflict', `generation "${id}" is ${status}; what has succeeded can be shared`);
    }
    const { token, expiresAt } = await this.#shares.share(id, lifetime(seconds, key));
    const url = `${linksOf(request, this.#environment).base}/s/${token}`;
    void reply.headers({ location: url, 'cache-control': 'no-store' });
    return { url, expires_at: expiresAt, files_carry_settings: true };
  }

  /** Holds at once. Without a link there is nothing to do. */
  @Delete()
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Owner() owner: string): Promise<void> {
    await this.#reader.read(id, owner);
    await this.#shares.revoke(id);
  }
}

/** Seconds. */
function lifetime(asked: number, key: ApiKey): number {
  if (key.guest !== true) return asked;
  return Math.min(asked, Math.max(guestEnd(key) - Math.ceil(Date.now() / 1000), 0));
}
