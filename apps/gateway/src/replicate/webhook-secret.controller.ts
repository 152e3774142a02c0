import { Controller, Get, Header, Inject } from '@nestjs/common';
import { GenerationError } from '@medley/domain';
import { Scoped, SentBy } from '../keys/authentication.ts';
import { noWebhooks, type Caller } from '../keys/gate.ts';
import { DEFAULT_ENDPOINT } from '../webhooks/endpoint-record.ts';
import { WebhookEndpoints } from '../webhooks/webhook-endpoints.ts';

@Controller('replicate/v1/webhooks/default/secret')
export class WebhookSecretController {
  readonly #endpoints: WebhookEndpoints;

  constructor(@Inject(WebhookEndpoints) endpoints: WebhookEndpoints) {
    this.#endpoints = endpoints;
  }

  /** The newest secret that signs what predictions tell; for whoever may make them. */
  @Get()
  @Scoped('generate')
  @Header('cache-control', 'no-store')
  async get(@SentBy() { key }: Caller) {
    if (key.guest === true) throw noWebhooks();
    const endpoint = await this.#endpoints.find(key.id, DEFAULT_ENDPOINT);
    const [secret] = endpoint === undefined ? [] : this.#endpoints.secretsOf(endpoint);
    if (secret !== undefined) return { key: secret };
    const words =
      'no secret of this key can be read any more: MEDLEY_SECRET has changed. Rotate it with POST /v1/webhooks/endpoints/default/rotate';
    throw new GenerationError('conflict', words);
  }
}
