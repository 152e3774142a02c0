import type { BundleManifest, GraphRole } from './bundle-manifest.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { Modality } from './modality.ts';

/** What of a request its cost depends on. */
type CostedRequest = Pick<GenerationRequest, 'steps' | 'samples'> &
  Record<'conditions' | 'outputs', readonly { type: Modality }[]>;

/** Where the manifest does not say how long a graph takes. */
const UNKNOWN_MILLISECONDS = 10;

/** Milliseconds of one row by graph; of `text text_decoder` those of a whole text. */
export type GraphCosts = Partial<Record<`${Modality} ${GraphRole}`, number>>;

/**
 * Seconds of work that a generation means for one worker of each pool, by what its graphs were measured to cost, else by the
 * manifest's milliseconds. Guidance doubles a denoiser's rows; environments are exchanged where outputs are several.
 */
export function estimateSeconds(
  request: CostedRequest,
  { modalities }: BundleManifest,
  measured: GraphCosts = {},
): number {
  const of = (modality: Modality, role: GraphRole) =>
    measured[`${modality} ${role}`] ?? modalities[modality]?.milliseconds[role] ?? UNKNOWN_MILLISECONDS;
  const encode = request.conditions.reduce((sum, { type }) => sum + of(type, 'prompt_encoder'), 0);
  const make = request.outputs.reduce((sum, { type }) => {
    const exchanged = request.outputs.length > 1 ? of(type, 'environment_encoder') : 0;
    const step = exchanged + 2 * of(type, 'denoiser');
    const tokens = modalities.text?.media.max_tokens ?? 0;
    const decode =
      type === 'text' ? (measured['text text_decoder'] ?? tokens * of(type, 'text_decoder')) : of(type, 'decoder');
    return sum + request.samples * (request.steps * step + decode);
  }, 0);
  return (encode + make) / 1000;
}
