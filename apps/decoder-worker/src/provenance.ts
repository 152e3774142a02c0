import type { Condition, LiveState } from '@medley/domain';

/** IPTC's word for media that a trained model made. */
const DIGITAL_SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/**
 * What a file says of its origin, as JSON: that a model made it, and every setting that makes it again. It holds nothing
 * that differs between two requests for the same (no ids, no dates), so that the same request gives the same bytes.
 */
export function provenance({ request, assets }: LiveState, sample: number): string {
  const { bundle, seed, steps, sampler, samples, determinism, conditions, negative, outputs } = request;
  return JSON.stringify({
    digital_source_type: DIGITAL_SOURCE_TYPE,
    generator: 'medley',
    bundle: { name: bundle.name, digest: bundle.digest },
    seed,
    sample,
    samples,
    steps,
    sampler,
    determinism,
    conditions: conditions.map((condition, role) => ({
      type: condition.type,
      weight: condition.weight,
      ...content(condition, assets[role]),
    })),
    ...(negative === undefined ? {} : { negative }),
    outputs: outputs.map(({ type, format, guidance, max_tokens }) => ({
      type,
      format,
      guidance,
      ...(max_tokens === undefined ? {} : { max_tokens }),
    })),
  });
}

/** A file by its digest: a URL may hold a secret, and what it names changes. */
function content(condition: Condition, fetched: LiveState['assets'][string] | undefined) {
  if ('text' in condition) return { text: condition.text };
  const asset = 'url' in condition ? fetched : condition.asset;
  return asset === undefined ? {} : { sha256: asset.sha256 };
}
