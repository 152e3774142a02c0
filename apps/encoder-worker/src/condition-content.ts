import { contentDigest, type LiveState, type Modality } from '@medley/domain';

/** What one encode job has to encode. */
export type ConditionContent = {
  /** What its embedding is cached by. */
  digest: string;
  /** JSON pointer to it in the request. */
  pointer: string;
} & ({ type: 'text'; text: string } | { type: Exclude<Modality, 'text'>; asset: LiveState['assets'][string] });

/**
 * The content of an encode role: a condition, or the negative prompt, which comes last. A file given by URL is the asset
 * that `ingest` stored; undefined where it stored none, and where there is no such role.
 */
export function conditionContent({ request, assets }: LiveState, role: number): ConditionContent | undefined {
  const condition = request.conditions[role];
  if (condition === undefined) {
    const text = role === request.conditions.length ? request.negative : undefined;
    return text === undefined ? undefined : textContent(text, '/negative');
  }
  if (condition.type === 'text') return textContent(condition.text, `/conditions/${role}/text`);
  const asset = 'url' in condition ? assets[role] : condition.asset;
  if (asset === undefined) return undefined;
  // An asset was named, or sent with the request: what is accepted does not say which.
  const pointer = 'url' in condition ? `/conditions/${role}/url` : `/conditions/${role}`;
  return { type: condition.type, asset, digest: contentDigest(condition.type, asset.sha256), pointer };
}

function textContent(text: string, pointer: string): ConditionContent {
  return { type: 'text', text, digest: contentDigest('text', text), pointer };
}
