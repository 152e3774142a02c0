import { z } from 'zod';
import { GenerationError } from '@medley/domain';
import type { CatalogEntry } from '../models/bundle-catalog.ts';
import type { TranslatedRequest } from './openai-generations.ts';
import { checkSize, model, prompt, size } from './request-fields.ts';
import { videoNames } from './video-view.ts';

const reference = z.strictObject({ image_url: z.string().optional(), file_id: z.string().optional() });

/** POST /videos, a file aside. */
export const videoBody = z.strictObject({
  model,
  prompt,
  size,
  seconds: z
    .string()
    .regex(/^\d{1,5}(?:\.\d{1,6})?$/, 'seconds as a text, such as "1"')
    .optional(),
  input_reference: reference.optional(),
});

/** The fields of a form as that body: there an object's fields are `input_reference[image_url]`. */
export function videoFields(fields: ReadonlyMap<string, string>): Record<string, unknown> {
  const nested = [...fields].flatMap(([name, value]) => {
    const [, field] = /^input_reference\[(\w+)\]$/.exec(name) ?? [];
    return field === undefined ? [] : [[field, value] as const];
  });
  const plain = [...fields].filter(([name]) => !name.startsWith('input_reference['));
  return {
    ...Object.fromEntries(plain),
    ...(nested.length === 0 ? {} : { input_reference: Object.fromEntries(nested) }),
  };
}

/** Throws GenerationError `unsupported_by_bundle` for another size or length than the model makes. */
export function checkVideo(asked: z.infer<typeof videoBody>, entry: CatalogEntry): void {
  checkSize(asked.size, entry, 'video');
  const { frames, fps } = entry.manifest.modalities.video!.media;
  const made = frames / fps;
  if (asked.seconds === undefined || Number(asked.seconds) === made) return;
  const words = `seconds is "${asked.seconds}"; model ${entry.name} makes clips of ${made} s`;
  throw new GenerationError('unsupported_by_bundle', words, { pointer: '/seconds' });
}

/** A clip by a text, and by a reference where there is one: a file that was stored, or what the body names. */
export function translateVideo(
  { prompt: text, input_reference: named }: z.infer<typeof videoBody>,
  stored: { id: string; content_type: string } | undefined,
  { name }: CatalogEntry,
): TranslatedRequest {
  const second =
    stored === undefined ? namedReference(named) : [{ type: typeOf(stored.content_type), asset: stored.id }];
  const conditions = [{ type: 'text' as const, text }, ...second];
  return {
    submission: { model: name, conditions, outputs: [{ type: 'video' }] },
    names: videoNames(conditions),
  };
}

function namedReference(named: z.infer<typeof reference> | undefined) {
  if (named === undefined) return [];
  const { image_url: url, file_id: asset } = named;
  if ((url === undefined) === (asset === undefined)) {
    const words = 'input_reference needs exactly one of image_url, file_id';
    throw new GenerationError('invalid_request', words, { pointer: '/input_reference' });
  }
  if (asset !== undefined) return [{ type: 'image' as const, asset }];
  return [{ type: 'image' as const, ...(url!.startsWith('data:') ? { data: url } : { url }) }];
}

/** A GIF goes as a picture: its first frame. */
function typeOf(contentType: string): 'image' | 'audio' | 'video' {
  const [family] = contentType.split('/');
  return family === 'audio' || family === 'video' ? family : 'image';
}
