import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LinkQuery } from '../generations/signed-link.ts';
import { Open } from '../keys/authentication.ts';
import { PredictionStream } from './prediction-stream.ts';

@Controller('replicate/v1/predictions/:id/stream')
export class StreamsController {
  readonly #stream: PredictionStream;

  constructor(@Inject(PredictionStream) stream: PredictionStream) {
    this.#stream = stream;
  }

  /** Replicate's clients send no API key here: the link is signed. */
  @Get()
  @Open()
  async follow(
    @Param('id') id: string,
    @Query() query: LinkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#stream.send(id, query, request, reply);
  }
}
