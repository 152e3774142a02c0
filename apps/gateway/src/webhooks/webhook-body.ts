import type { WebhookEvent } from '@medley/domain';
import { viewGeneration, type GenerationSnapshot, type LinkContext } from '../generations/generation-view.ts';

/** The body of a message: what happened and when, and the generation as GET answers it. Its links are made anew for every attempt. */
export function webhookBody(
  type: WebhookEvent,
  timestamp: string,
  snapshot: GenerationSnapshot,
  links: LinkContext,
): string {
  return JSON.stringify({ type, timestamp, data: viewGeneration(snapshot, links) });
}
