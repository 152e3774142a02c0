import { z } from 'zod';
import { GenerationError, SUBMISSION_LIMITS, describeIssue, type Modality } from '@medley/domain';
import type { BundleCatalog, CatalogEntry } from '../models/bundle-catalog.ts';

/** Fields that several of these requests have. */
export const model = z.string().min(1).max(64).optional();
export const prompt = z.string().min(1).max(SUBMISSION_LIMITS.text);
/** Kept as `metadata.user` of the generation. */
export const user = z.string().max(SUBMISSION_LIMITS.metadataValue).optional();
export const size = z
  .string()
  .regex(/^(?:auto|\d{1,5}x\d{1,5})$/, '"auto", or width x height such as 64x64')
  .default('auto');

/** Parses a body; a field that is null counts as left out. Throws GenerationError `invalid_request` that names the field. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const given =
    typeof body === 'object' && body !== null && !Array.isArray(body)
      ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
      : body;
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, given);
  return parsed.data;
}

/** The model that makes such an output, by its name or the default one. Throws GenerationError `model_not_found`, `unsupported_by_bundle`. */
export function findMaker(catalog: BundleCatalog, name: string | undefined, output: Modality): CatalogEntry {
  const entry = catalog.find(name);
  if (entry.manifest.modalities[output]?.graphs.denoiser !== undefined) return entry;
  throw new GenerationError('unsupported_by_bundle', `model is "${entry.name}"; it makes no ${output}`, {
    pointer: '/model',
  });
}

/** Throws GenerationError `unsupported_by_bundle` that names the size that is made, unless it is that or `auto`. */
export function checkSize(asked: string, { name, manifest }: CatalogEntry, output: 'image' | 'video'): string {
  const { width, height } = manifest.modalities[output]!.media;
  const native = `${width}x${height}`;
  if (asked === 'auto' || asked === native) return native;
  const words = `size is "${asked}"; model ${name} makes ${output} of ${native}: send that, or "auto"`;
  throw new GenerationError('unsupported_by_bundle', words, { pointer: '/size' });
}
