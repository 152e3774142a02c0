import { z } from 'zod';
import { STATUSES, describeIssue } from '@medley/domain';

const LARGEST_PAGE = 100;

export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(20).describe('Generations of one page.'),
  cursor: z.string().max(200).optional().describe('`next_cursor` of the page before.'),
  status: z
    .enum(STATUSES)
    .exclude(['deleted'])
    .optional()
    .describe('Only those. A rare one may fill a page in part only; `next_cursor` tells whether there are more.'),
});

/** The query of GET /v1/generations. Throws GenerationError `invalid_request`. */
export function parseListQuery(query: unknown): z.infer<typeof listQuery> {
  const parsed = listQuery.safeParse(query);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, query);
  return parsed.data;
}
