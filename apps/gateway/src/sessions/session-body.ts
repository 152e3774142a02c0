import { z } from 'zod';
import { describeIssue } from '@medley/domain';

export const sessionBody = z
  .strictObject({
    key: z.string().min(1).max(200).optional().describe('The API key, unless it comes as Authorization.'),
  })
  .meta({ id: 'SessionBody', description: 'Who begins a session; nobody in particular where guests are let in.' })
  .default({});

/** The body of POST /v1/session, which may be missing. Throws GenerationError `invalid_request`. */
export function parseSessionBody(body: unknown): z.infer<typeof sessionBody> {
  const parsed = sessionBody.safeParse(body);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, {});
  return parsed.data;
}
