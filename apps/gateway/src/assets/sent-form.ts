import type { FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import { spool, type SpooledFile } from './spool.ts';

/** A file of a form. */
export interface FormFile {
  /** Of the part. */
  field: string;
  /** As the client calls it. */
  name: string;
  /** The content type that the client named. */
  declared: string;
  file: SpooledFile;
}

/** A form that has arrived: nothing of it is stored, and its files are gone when it is disposed of. */
export interface SentForm extends AsyncDisposable {
  /** Values as texts; of equal names the last. */
  fields: ReadonlyMap<string, string>;
  files: readonly FormFile[];
}

interface FormLimits {
  files: number;
  /** Of all files together. */
  bytes: number;
}

const FIELDS = 32;
const FIELD_BYTES = 64 * 1024;

/** Reads multipart/form-data. Throws GenerationError `unsupported_media_type`, `invalid_request`, `payload_too_large`. */
export async function readForm(request: FastifyRequest, limits: FormLimits, signal: AbortSignal): Promise<SentForm> {
  if (!request.isMultipart()) {
    const type = request.headers['content-type'] ?? 'missing';
    throw new GenerationError('unsupported_media_type', `content-type is ${type}; send multipart/form-data`);
  }
  const fields = new Map<string, string>();
  const files: FormFile[] = [];
  const dispose = async () => {
    await Promise.all(files.map(({ file }) => file[Symbol.asyncDispose]()));
  };
  try {
    let room = limits.bytes;
    const parts = request.parts({ limits: { files: limits.files, fields: FIELDS, fieldSize: FIELD_BYTES } });
    for await (const part of parts) {
      if (part.type === 'field') {
        fields.set(part.fieldname, typeof part.value === 'string' ? part.value : JSON.stringify(part.value));
        continue;
      }
      const file = await spool(part.file, room, signal);
      room -= file.bytes;
      const declared = part.mimetype === '' ? 'application/octet-stream' : part.mimetype;
      files.push({ field: part.fieldname, name: part.filename, declared, file });
    }
    return { fields, files, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw formError(error);
  }
}

/** What the parser of forms finds wrong is the client's; it says so by a status only in part. */
function formError(error: unknown): unknown {
  if (error instanceof GenerationError || (error as { statusCode?: number }).statusCode !== undefined) return error;
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new GenerationError('invalid_request', `the form can't be read: ${reason}`, { pointer: '', cause: error });
}
