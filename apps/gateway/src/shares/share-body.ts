import { z } from 'zod';
import { describeIssue } from '@medley/domain';

const DAY_SECONDS = 86_400;

export const shareBody = z
  .strictObject({
    expires_seconds: z
      .int()
      .min(60)
      .max(365 * DAY_SECONDS)
      .default(7 * DAY_SECONDS)
      .describe('How long the link lives from now on: a minute to a year, a week by default.'),
  })
  .meta({ id: 'ShareBody', description: 'How long a link lives.' })
  .default({ expires_seconds: 7 * DAY_SECONDS });

/** The body of POST /v1/generations/{id}/share, which may be missing. Throws GenerationError `invalid_request`. */
export function parseShareBody(body: unknown): z.infer<typeof shareBody> {
  const parsed = shareBody.safeParse(body);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, body);
  return parsed.data;
}
