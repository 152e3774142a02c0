import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expectJson } from '../http/body-parsers.ts';
import { SentBy } from '../keys/authentication.ts';
import type { Caller } from '../keys/gate.ts';
import { Images } from './images.ts';

@Controller('openai/v1/images')
export class ImagesController {
  readonly #images: Images;

  constructor(@Inject(Images) images: Images) {
    this.#images = images;
  }

  @Post('generations')
  @HttpCode(200)
  async generate(
    @Body() body: unknown,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    expectJson(request);
    return this.#images.generate(body, { caller, request, reply });
  }

  @Post('edits')
  @HttpCode(200)
  async edit(
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#images.edit({ caller, request, reply });
  }

  @Post('variations')
  @HttpCode(200)
  async vary(
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#images.vary({ caller, request, reply });
  }
}
