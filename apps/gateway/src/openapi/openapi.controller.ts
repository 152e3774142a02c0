import { Controller, Get, Headers, Header, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GenerationError } from '@medley/domain';
import { Open } from '../keys/authentication.ts';
import { chooseEncoding } from '../page/choose-encoding.ts';
import { DOCS_PAGE, readDocsFile } from './docs-page.ts';
import { openApiDocument } from './document.ts';

const AN_HOUR = 'public, max-age=3600';
/** The page runs its own files alone, and asks this service alone. Its styles are set by script. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The description of the API for programs, and for people. */
@Controller()
export class OpenApiController {
  #document: string | undefined;

  @Get('openapi.json')
  @Open()
  @Header('cache-control', AN_HOUR)
  @Header('access-control-allow-origin', '*')
  @Header('content-type', 'application/json; charset=utf-8')
  document(): string {
    this.#document ??= JSON.stringify(openApiDocument());
    return this.#document;
  }

  @Get('docs')
  @Open()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', CONTENT_SECURITY_POLICY)
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  page(): string {
    return DOCS_PAGE;
  }

  /** Styles and scripts of the page. */
  @Get('docs/:file')
  @Open()
  async file(
    @Param('file') name: string,
    @Headers('accept-encoding') accepted: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await readDocsFile(name);
    if (file === undefined) throw new GenerationError('not_found', `the page has no file "${name.slice(0, 80)}"`);
    const packed = chooseEncoding(accepted, ['gzip']) === 'gzip';
    void reply.headers({ vary: 'accept-encoding', 'cache-control': AN_HOUR, 'x-content-type-options': 'nosniff' });
    if (packed) void reply.header('content-encoding', 'gzip');
    await reply.type(file.contentType).send(packed ? file.packed : file.bytes);
  }
}
