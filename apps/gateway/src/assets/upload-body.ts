import { z } from 'zod';
import { GenerationError, describeIssue } from '@medley/domain';

export const uploadBody = z
  .strictObject({
    content_type: z
      .string()
      .regex(
        /^(?:(?:image|audio|video)\/[\w.+-]{1,60}|application\/(?:octet-stream|ogg))$/,
        'a type of media, image/png',
      )
      .describe('What the client takes it for. Its bytes are looked at when it is complete, and have to agree.'),
    bytes: z.int().min(1).describe('Length of the file; the deployment has a limit (64 MiB by default).'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 hex digits')
      .describe('sha256 of the file, 64 hex digits.'),
  })
  .meta({ id: 'UploadBody', description: 'The file that is going to be put.' });
export type UploadBody = z.infer<typeof uploadBody>;

/** The body of POST /v1/assets/uploads. Throws GenerationError `invalid_request`; `payload_too_large` beyond `limit` bytes. */
export function parseUploadBody(body: unknown, limit: number): UploadBody {
  const parsed = uploadBody.safeParse(body);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, body);
  const { bytes } = parsed.data;
  if (bytes > limit)
    throw new GenerationError('payload_too_large', `bytes is ${bytes}; files of ${limit} bytes at most are taken`, {
      pointer: '/bytes',
    });
  return parsed.data;
}
