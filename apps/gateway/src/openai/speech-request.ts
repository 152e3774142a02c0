import { z } from 'zod';
import { FORMATS, GenerationError } from '@medley/domain';
import type { CatalogEntry } from '../models/bundle-catalog.ts';
import { model, prompt } from './request-fields.ts';
import type { TranslatedRequest } from './openai-generations.ts';

/** The voice of every model. */
const VOICE = 'default';

/** POST /audio/speech. */
export const speechBody = z.strictObject({
  model,
  input: prompt,
  voice: z.union([z.string(), z.strictObject({ id: z.string() })]).default(VOICE),
  response_format: z.enum(FORMATS.audio).default('wav'),
  speed: z.literal(1, { error: 'what is made is not sped up or slowed down: 1, or leave it out' }).optional(),
  instructions: z.literal('', { error: 'say it in input, or leave it out' }).optional(),
  stream_format: z.literal('audio', { error: 'the file comes when it is done: "audio", or leave it out' }).optional(),
});

/** Sound by a text. Throws GenerationError `unsupported_by_bundle` for another voice than that of the model. */
export function translateSpeech(
  { input, voice, response_format: format }: z.infer<typeof speechBody>,
  { name }: CatalogEntry,
): TranslatedRequest {
  if (voice !== VOICE) {
    const words = `voice is ${JSON.stringify(voice).slice(0, 80)}; model ${name} has one voice, "${VOICE}": what input says of a voice is all there is to choose`;
    throw new GenerationError('unsupported_by_bundle', words, { pointer: '/voice' });
  }
  const submission = { model: name, conditions: [{ type: 'text', text: input }], outputs: [{ type: 'audio', format }] };
  const names = [
    ['/conditions/0', 'input'],
    ['/conditions/0/text', 'input'],
    ['/outputs/0', 'response_format'],
  ] as const;
  return { submission, names };
}
