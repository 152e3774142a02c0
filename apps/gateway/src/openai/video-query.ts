import { z } from 'zod';
import { describeIssue } from '@medley/domain';

const listQuery = z.strictObject({
  after: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.literal('desc', { error: 'the newest come first: "desc", or leave it out' }).optional(),
});

const contentQuery = z.strictObject({
  variant: z.literal('video', { error: 'of a clip there is the "video" alone' }).optional(),
});

/** The query of GET /videos. Throws GenerationError `invalid_request`. */
export function parseVideoListQuery(query: unknown): z.infer<typeof listQuery> {
  const parsed = listQuery.safeParse(query);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, query);
  return parsed.data;
}

/** Throws GenerationError `invalid_request` for a variant that there is not. */
export function checkContentQuery(query: unknown): void {
  const parsed = contentQuery.safeParse(query);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, query);
}
