import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import { Open } from '../keys/authentication.ts';
import { PAGE_FILES } from '../tokens.ts';
import type { PageFiles } from './page-files.ts';
import { sendAsset, sendDocument } from './send-page.ts';

/** The page to play with, where MEDLEY_PAGE names one. */
@Controller()
export class PageController {
  readonly #files: PageFiles | undefined;

  constructor(@Inject(PAGE_FILES) files: PageFiles | undefined) {
    this.#files = files;
  }

  @Get()
  @Open()
  index(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    if (this.#files === undefined)
      throw new GenerationError('not_found', 'this service has no page (MEDLEY_PAGE is not set); its API is under /v1');
    sendDocument(this.#files.index, request, reply);
  }

  @Get('assets/:name')
  @Open()
  asset(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const file = this.#files?.asset(name);
    if (file === undefined) throw new GenerationError('not_found', `the page has no file "${name.slice(0, 80)}"`);
    sendAsset(file, request, reply);
  }
}
