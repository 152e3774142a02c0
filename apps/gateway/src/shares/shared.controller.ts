import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, type AssetStore } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { sendOutput } from '../generations/send-output.ts';
import { toProblem } from '../http/problem.ts';
import { linksOf } from '../http/links.ts';
import { Open } from '../keys/authentication.ts';
import { RequestLimiter } from '../keys/request-limiter.ts';
import { clientAddress } from '../sessions/client-address.ts';
import type { PageFiles } from '../page/page-files.ts';
import { sendDocument } from '../page/send-page.ts';
import { ASSET_STORE, ENVIRONMENT, PAGE_FILES } from '../tokens.ts';
import { ShareStore, type SharedGeneration } from './share-store.ts';

/** Links that one address may open in a minute, files included. */
const OPENED_A_MINUTE = 240;

/**
 * What a shared link shows to whoever has it: the files and how they were made. The answer tells nothing of what was
 * sent; the files are those of the generation, and carry the settings that make them again, prompts included.
 */
@Controller('s/:token')
export class SharedController {
  readonly #shares: ShareStore;
  readonly #store: AssetStore;
  readonly #limiter: RequestLimiter;
  readonly #environment: GatewayEnvironment;
  readonly #page: PageFiles | undefined;

  constructor(
    @Inject(ShareStore) shares: ShareStore,
    @Inject(ASSET_STORE) store: AssetStore,
    @Inject(RequestLimiter) limiter: RequestLimiter,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
    @Inject(PAGE_FILES) page: PageFiles | undefined,
  ) {
    this.#shares = shares;
    this.#store = store;
    this.#limiter = limiter;
    this.#environment = environment;
    this.#page = page;
  }

  /** A browser gets the page, which then asks for the same as JSON; a link that shows nothing has its status there too. */
  @Get()
  @Open()
  async show(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('vary', 'accept');
    const opened = this.#open(token, request, reply);
    if (this.#page !== undefined && request.headers.accept?.includes('text/html') === true) {
      await opened.catch((error: unknown) => void reply.status(toProblem(error).status));
      sendDocument(this.#page.index, request, reply);
      return;
    }
    void reply.header('cache-control', 'no-store').send(this.#view(token, await opened, request));
  }

  #view(token: string, { result, expiresAt }: SharedGeneration, request: FastifyRequest) {
    const { base } = linksOf(request, this.#environment);
    return {
      model: result.bundle.name,
      created_at: result.request.created_at,
      expires_at: expiresAt,
      seed: result.seed,
      steps: result.request.steps,
      sampler: result.request.sampler,
      outputs: result.outputs.map(({ key: _key, ...output }, index) => ({
        ...output,
        url: `${base}/s/${token}/outputs/${index}`,
      })),
    };
  }

  @Get('outputs/:index')
  @Open()
  async download(
    @Param() { token, index }: { token: string; index: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { result } = await this.#open(token, request, reply);
    const output = /^\d{1,4}$/.test(index) ? result.outputs[Number(index)] : undefined;
    if (output === undefined) throw new GenerationError('not_found', `the link has no output "${index.slice(0, 20)}"`);
    // Taken back, the link shows nothing any more, whoever has kept it.
    await sendOutput(this.#store, output, { request, reply, cacheControl: 'private, no-cache' });
  }

  async #open(token: string, request: FastifyRequest, reply: FastifyReply): Promise<SharedGeneration> {
    void reply.headers({ 'x-robots-tag': 'noindex', 'referrer-policy': 'no-referrer' });
    await this.#limiter.take(`shared ${clientAddress(request.ip)}`, OPENED_A_MINUTE, reply, 'an address');
    return this.#shares.open(token);
  }
}
