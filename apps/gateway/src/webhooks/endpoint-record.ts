import { z } from 'zod';
import { WEBHOOK_EVENTS } from '@medley/domain';

/** The endpoint that every key has: its secrets sign for the `webhook` of a generation. It has no URL of its own. */
export const DEFAULT_ENDPOINT = 'default';

const secret = z.strictObject({
  sealed: z.string(),
  created_at: z.string(),
  /** It signs until then; for ever where this is missing. */
  expires_at: z.string().optional(),
});

/** `endpoints/<owner>/<id>.json`. */
export const endpointRecord = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  owner: z.string(),
  url: z.string().optional(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  created_at: z.string(),
  disabled: z.strictObject({ at: z.string(), reason: z.string() }).optional(),
  /** The newest first. */
  secrets: z.array(secret).min(1),
});
export type EndpointRecord = z.infer<typeof endpointRecord>;

/** The secrets that sign at a moment, in milliseconds since the epoch. */
export function signingSecrets({ secrets }: EndpointRecord, now: number): EndpointRecord['secrets'] {
  return secrets.filter(({ expires_at: end }) => end === undefined || Date.parse(end) > now);
}

/** The public JSON of an endpoint. A secret is in no answer but those that make it. */
export function viewEndpoint(record: EndpointRecord, now: number) {
  const { id, url, events, created_at, disabled } = record;
  return {
    id,
    ...(url === undefined ? {} : { url, events }),
    status: disabled === undefined ? ('enabled' as const) : ('disabled' as const),
    ...(disabled === undefined ? {} : { disabled_at: disabled.at, disabled_reason: disabled.reason }),
    secrets: signingSecrets(record, now).map(({ sealed: _sealed, ...times }) => times),
    created_at,
  };
}
