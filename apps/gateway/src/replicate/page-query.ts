import { z } from 'zod';
import { describeIssue } from '@medley/domain';

/** Of a page, as on Replicate. */
const PAGE = 100;

const pageQuery = z.strictObject({ cursor: z.string().min(1).max(1_000).optional() });

/** The query of a list: where the page begins. Throws GenerationError `invalid_request`, for filters too. */
export function parsePageQuery(query: unknown): { cursor?: string | undefined; limit: number } {
  const parsed = pageQuery.safeParse(query);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, query);
  return { cursor: parsed.data.cursor, limit: PAGE };
}
