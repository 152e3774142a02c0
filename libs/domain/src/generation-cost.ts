import type { BundleManifest, GraphRole } from './bundle-manifest.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { Modality } from './modality.ts';

/** Where the manifest does not say how long a graph takes. */
const UNKNOWN_MILLISECONDS = 10;

/** Seconds of work that a generation means for one worker of each pool, by the manifest's milliseconds per graph. Guidance doubles a denoiser's rows. */
export function estimateSeconds(request: GenerationRequest, { modalities }: BundleManifest): number {
  const of = (modality: Modality, role: GraphRole) => modalities[modality]?.milliseconds[role] ?? UNKNOWN_MILLISECONDS;
  const encode = request.conditions.reduce((sum, { type }) => sum + of(type, 'prompt_encoder'), 0);
  const make = request.outputs.reduce((sum, { type }) => {
    const step = of(type, 'environment_encoder') + 2 * of(type, 'denoiser');
    const tokens = modalities.text?.media.max_tokens ?? 0;
    const decode = type === 'text' ? tokens * of(type, 'text_decoder') : of(type, 'decoder');
    return sum + request.samples * (request.steps * step + decode);
  }, 0);
  return (encode + make) / 1000;
}
