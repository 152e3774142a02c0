import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AssetStore } from '@medley/domain';
import { sendOutput } from '../generations/send-output.ts';
import { expectJson } from '../http/body-parsers.ts';
import { SentBy } from '../keys/authentication.ts';
import type { Caller } from '../keys/gate.ts';
import { BundleCatalog } from '../models/bundle-catalog.ts';
import { ASSET_STORE } from '../tokens.ts';
import { OpenAiGenerations } from './openai-generations.ts';
import { findMaker, parseBody } from './request-fields.ts';
import { speechBody, translateSpeech } from './speech-request.ts';

@Controller('openai/v1/audio/speech')
export class SpeechController {
  readonly #generations: OpenAiGenerations;
  readonly #catalog: BundleCatalog;
  readonly #store: AssetStore;

  constructor(
    @Inject(OpenAiGenerations) generations: OpenAiGenerations,
    @Inject(BundleCatalog) catalog: BundleCatalog,
    @Inject(ASSET_STORE) store: AssetStore,
  ) {
    this.#generations = generations;
    this.#catalog = catalog;
    this.#store = store;
  }

  /** Answers the file, when it is done. */
  @Post()
  async create(
    @Body() body: unknown,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    expectJson(request);
    const asked = parseBody(speechBody, body);
    const translated = translateSpeech(asked, findMaker(this.#catalog, asked.model, 'audio'));
    const { outputs } = await this.#generations.finish(translated, { caller, request, reply });
    await sendOutput(this.#store, outputs[0]!, { request, reply, cacheControl: 'no-store' });
  }
}
