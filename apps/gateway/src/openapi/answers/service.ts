import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '@medley/domain';

const phase = z.enum(['starting', 'ready', 'draining']);

const problem = z
  .object({
    type: z.string().describe('`urn:medley:error:<code>`.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong: the thing, its value, and the way out.'),
    code: z
      .enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]])
      .meta({ id: 'ErrorCode', description: 'Stable; to be told apart by programs.' }),
    pointer: z
      .string()
      .optional()
      .describe('JSON pointer (RFC 6901) to the part of the body, or the field of the query, that is wrong.'),
  })
  .meta({ id: 'Problem', description: 'Every error, as application/problem+json (RFC 9457).' });

const liveness = z.object({ status: z.literal('ok'), phase }).meta({ id: 'Liveness' });
const readiness = z
  .object({ phase, ready: z.boolean(), checks: z.record(z.string(), z.object({ ok: z.boolean() })) })
  .meta({ id: 'Readiness' });

export const serviceAnswers = [problem, liveness, readiness];
