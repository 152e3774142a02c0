import { checkPublicUrl } from '@medley/assets';
import { GenerationError, type WebhookForm, type WebhookSubmission, type WebhookSubscriptions } from '@medley/domain';
import type { WebhookEndpoints } from './webhook-endpoints.ts';

/** Finds out who is told of a generation. */
export class Subscriptions {
  readonly #endpoints: WebhookEndpoints;
  readonly #allowed: readonly string[];

  /** `allowed`: what of a URL passes although it is not public. */
  constructor(endpoints: WebhookEndpoints, allowed: readonly string[]) {
    this.#endpoints = endpoints;
    this.#allowed = allowed;
  }

  /**
   * The `webhook` of a generation and the endpoints that its key has now; undefined when there is neither. `form`: how that
   * webhook is told. `base`: where the links of what is told begin. Throws GenerationError `url_refused` with its pointer.
   */
  async pin(
    owner: string,
    webhook: WebhookSubmission | undefined,
    base: string,
    form: WebhookForm = {},
  ): Promise<WebhookSubscriptions | undefined> {
    if (webhook !== undefined) checkWebhookUrl(webhook.url, this.#allowed, '/webhook/url');
    const endpoints = await this.#endpoints.subscribed(owner);
    const list = webhook === undefined ? endpoints : [{ ...webhook, ...form }, ...endpoints];
    return list.length === 0 ? undefined : { base, list };
  }
}

/** Throws GenerationError `url_refused` that points to the URL. A name is looked up when it is sent to. */
export function checkWebhookUrl(url: string, allowed: readonly string[], pointer: string): void {
  try {
    checkPublicUrl(url, allowed);
  } catch (error) {
    if (!(error instanceof GenerationError)) throw error;
    throw new GenerationError(error.code, error.message, { pointer, cause: error });
  }
}
