import { z } from 'zod';
import { describeIssue } from '@medley/domain';
import { SCOPES, ownLimits } from './api-key.ts';

export const keyBody = z
  .strictObject({
    name: z.string().min(1).max(100).describe('For people: 1 to 100 characters.'),
    scopes: z
      .array(z.enum(SCOPES).meta({ id: 'KeyScope' }))
      .min(1)
      .max(SCOPES.length)
      .default(['read', 'generate'])
      .describe('`read` what is its own, `generate` as well, `admin` manages the keys.'),
    limits: ownLimits.default({}),
  })
  .meta({ id: 'KeyBody', description: 'An API key that is to be made.' });

export const keyListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Keys of one page.'),
  cursor: z
    .string()
    .regex(/^key_[0-9a-hjkmnp-tv-z]{26}$/, 'pass on one that a list returned')
    .optional()
    .describe('`next_cursor` of the page before.'),
});

/** The body of POST /v1/admin/keys. Throws GenerationError `invalid_request`. */
export function parseKeyBody(body: unknown): z.infer<typeof keyBody> {
  return parse(keyBody, body);
}

/** The query of GET /v1/admin/keys. Throws GenerationError `invalid_request`. */
export function parseKeyListQuery(query: unknown): z.infer<typeof keyListQuery> {
  return parse(keyListQuery, query);
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, value);
  return parsed.data;
}
