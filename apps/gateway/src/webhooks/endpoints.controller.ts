import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { expectJson } from '../http/body-parsers.ts';
import { Owner } from '../keys/authentication.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { DEFAULT_ENDPOINT, viewEndpoint } from './endpoint-record.ts';
import { checkWebhookUrl } from './subscriptions.ts';
import { WebhookEndpoints, type EndpointWithSecret } from './webhook-endpoints.ts';
import { parseEndpoint, parseRotation } from './webhook-query.ts';

/** Endpoints that are told of every generation of their key. The endpoint `default` holds the secrets for the `webhook` of a generation. */
@Controller('v1/webhooks/endpoints')
export class EndpointsController {
  readonly #endpoints: WebhookEndpoints;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(WebhookEndpoints) endpoints: WebhookEndpoints,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#endpoints = endpoints;
    this.#environment = environment;
  }

  /** The answer alone holds the secret. */
  @Post()
  @HttpCode(201)
  async create(
    @Body() body: unknown,
    @Owner() owner: string,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    expectJson(http);
    const submission = parseEndpoint(body);
    checkWebhookUrl(submission.url, this.#environment.MEDLEY_WEBHOOK_ALLOW, '/url');
    const made = await this.#endpoints.create(owner, submission);
    void reply.headers({ location: `/v1/webhooks/endpoints/${made.endpoint.id}`, 'cache-control': 'no-store' });
    return withSecret(made);
  }

  /** All of them: a key has so few that they make one page. */
  @Get()
  async list(@Owner() owner: string) {
    const now = Date.now();
    return { data: (await this.#endpoints.list(owner)).map((one) => viewEndpoint(one, now)), next_cursor: null };
  }

  @Get(':id')
  async get(@Param('id') id: string, @Owner() owner: string) {
    const endpoint = await this.#endpoints.find(owner, id);
    if (endpoint === undefined) throw missing(id);
    return viewEndpoint(endpoint, Date.now());
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string, @Owner() owner: string): Promise<void> {
    if (id === DEFAULT_ENDPOINT) throw new GenerationError('conflict', `the endpoint "${id}" stays; rotate its secret`);
    if ((await this.#endpoints.find(owner, id)) === undefined) throw missing(id);
    await this.#endpoints.delete(owner, id);
  }

  /** A new secret, which this answer alone holds; those before it sign on for `overlap_seconds`. */
  @Post(':id/rotate')
  @HttpCode(200)
  async rotate(
    @Param('id') id: string,
    @Body() body: unknown,
    @Owner() owner: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const rotated = await this.#endpoints.rotate(owner, id, parseRotation(body).overlap_seconds);
    if (rotated === undefined) throw missing(id);
    void reply.header('cache-control', 'no-store');
    return withSecret(rotated);
  }
}

function withSecret({ endpoint, secret }: EndpointWithSecret) {
  return { ...viewEndpoint(endpoint, Date.now()), secret };
}

function missing(id: string): GenerationError {
  return new GenerationError('not_found', `there is no endpoint "${id.slice(0, 80)}"`);
}
