import type { WebhookEvent, WebhookSubscription } from '@medley/domain';
import { viewGeneration, type GenerationSnapshot, type LinkContext } from '../generations/generation-view.ts';
import { viewPrediction } from '../replicate/prediction-view.ts';

/** What is told, when it happened, and to whom. */
interface WebhookOccasion {
  type: WebhookEvent;
  timestamp: string;
  subscription: WebhookSubscription;
}

/**
 * The body of a message: what happened and when, and the generation as GET answers it; or the prediction, where that is
 * wanted. Its links are made anew for every attempt.
 */
export function webhookBody(
  { type, timestamp, subscription }: WebhookOccasion,
  snapshot: GenerationSnapshot,
  links: LinkContext,
): string {
  if ('form' in subscription && subscription.form === 'prediction')
    return JSON.stringify(viewPrediction(snapshot, links));
  return JSON.stringify({ type, timestamp, data: viewGeneration(snapshot, links) });
}
