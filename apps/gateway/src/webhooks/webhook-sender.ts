import type { PostOutcome } from '@medley/assets';
import { Postponed } from '@medley/queue';
import type { DeliveryAttempt } from './delivery-record.ts';
import type { Lanes } from './lanes.ts';
import { retryAfterMilliseconds } from './retry-delay.ts';
import { signatureHeaders } from './signature.ts';

/** Where a message goes, and what signs it. */
export interface WebhookTarget {
  owner: string;
  /** The endpoint's id, or the URL where there is none: what a receiver's wish to be left alone is about. */
  name: string;
  url: string;
  /** The newest first. */
  secrets: readonly string[];
}

export interface WebhookMessage {
  /** `webhook-id`. */
  id: string;
  body: string;
}

/** A place among those that send. */
interface Place {
  leave: () => void;
}

/** Sends one POST; rejects with the signal's reason alone. */
export type PostWebhook = (
  url: string,
  message: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
) => Promise<PostOutcome>;

/** An attempt, and for how long its receiver wants to be left alone. */
export interface SentWebhook {
  attempt: DeliveryAttempt;
  retryAfterMilliseconds?: number;
}

/** Sends single messages, as many side by side as the lanes allow. */
export class WebhookSender {
  readonly #post: PostWebhook;
  readonly #lanes: Lanes;
  readonly #attempted: (attempt: DeliveryAttempt) => void;

  constructor(post: PostWebhook, lanes: Lanes, attempted: (attempt: DeliveryAttempt) => void) {
    this.#post = post;
    this.#lanes = lanes;
    this.#attempted = attempted;
  }

  /** A place for one attempt, which `send` gives back. Throws Postponed where there is none now. */
  enter({ owner, name, url }: WebhookTarget): Place {
    const place = this.#lanes.enter({ owner, host: new URL(url).host, target: `${owner} ${name}` });
    if ('waitMilliseconds' in place) throw new Postponed(place.waitMilliseconds);
    return place;
  }

  /** One attempt. Throws the signal's reason. */
  async send(message: WebhookMessage, target: WebhookTarget, place: Place, signal: AbortSignal): Promise<SentWebhook> {
    const { owner, name, url, secrets } = target;
    const [at, begin] = [new Date(), performance.now()];
    const timestamp = Math.floor(at.getTime() / 1000);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'medley-webhooks',
      ...signatureHeaders({ ...message, timestamp }, secrets),
    };
    try {
      const outcome = await this.#post(url, { headers, body: message.body }, signal);
      const milliseconds = Math.round(performance.now() - begin);
      const attempt = { at: at.toISOString(), ...describe(outcome), milliseconds };
      this.#attempted(attempt);
      const wait = retryAfterOf(outcome);
      if (wait !== undefined) this.#lanes.pause(`${owner} ${name}`, wait);
      return { attempt, ...(wait === undefined ? {} : { retryAfterMilliseconds: wait }) };
    } finally {
      place.leave();
    }
  }
}

function describe(outcome: PostOutcome): Pick<DeliveryAttempt, 'outcome' | 'status' | 'reason'> {
  if (outcome.type !== 'answered') return { outcome: outcome.type, reason: outcome.reason };
  const { status } = outcome;
  if (status >= 200 && status < 300) return { outcome: 'delivered', status };
  if (status >= 300 && status < 400) return { outcome: 'redirected', status, reason: 'redirects are not followed' };
  if (status === 410) return { outcome: 'gone', status };
  return { outcome: status === 429 ? 'limited' : 'failed', status };
}

/** Only those that want to be asked later say so with effect: 429 and 503. */
function retryAfterOf(outcome: PostOutcome): number | undefined {
  if (outcome.type !== 'answered' || (outcome.status !== 429 && outcome.status !== 503)) return undefined;
  return retryAfterMilliseconds(outcome.retryAfter, Date.now());
}
