import { GenerationError, type AssetReference, type Condition, type Submission } from '@medley/domain';
import { acceptsType } from '../assets/accepts-type.ts';
import type { AssetLibrary, OnStored } from '../assets/asset-library.ts';
import type { GeneratedAssets } from '../assets/generated-assets.ts';
import { decodeDataUri } from '../assets/data-uri.ts';

type MediaCondition = Exclude<Submission['conditions'][number], { type: 'text' }>;

/** Where assets that conditions name are found. */
export interface AssetSources {
  assets: AssetLibrary;
  generated: GeneratedAssets;
}

/**
 * The conditions as they are accepted: inline files stored, named assets looked up. Throws GenerationError with a pointer, and
 * only once `onStored` was told of everything that is stored.
 */
export async function acceptConditions(
  submission: Submission,
  owner: string,
  sources: AssetSources,
  onStored: OnStored,
): Promise<Condition[]> {
  const settled = await Promise.allSettled(
    submission.conditions.map(async (condition, index): Promise<Condition> => {
      if (condition.type === 'text') return condition;
      const { type, weight } = condition;
      if (condition.url !== undefined) return { type, url: condition.url, weight };
      return { type, asset: await acceptAsset(condition, index, { owner, sources, onStored }), weight };
    }),
  );
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason as Error;
    return one.value;
  });
}

async function acceptAsset(
  condition: MediaCondition,
  index: number,
  { owner, sources: { assets, generated }, onStored }: { owner: string; sources: AssetSources; onStored: OnStored },
): Promise<AssetReference> {
  const field = condition.asset === undefined ? 'data' : 'asset';
  const pointer = `/conditions/${index}/${field}`;
  const requireType = (contentType: string) => {
    if (acceptsType(condition.type, contentType)) return;
    throw new GenerationError(
      'media_type_mismatch',
      `conditions[${index}] is of type ${condition.type}, its file is ${contentType}`,
      { pointer },
    );
  };
  const addInline = (data: string) => {
    const [bytes, declared] = decodeDataUri(data, pointer);
    return assets.add(owner, bytes, { declared, pointer }, onStored);
  };
  const made = condition.asset === undefined ? undefined : await generated.find(owner, condition.asset);
  if (made !== undefined) {
    requireType(made.output.content_type);
    return generated.adopt(owner, made, pointer, onStored);
  }
  const asset =
    condition.asset === undefined
      ? await addInline(condition.data!)
      : (await assets.find(owner, condition.asset))?.reference;
  if (asset === undefined) {
    throw new GenerationError(
      'asset_not_found',
      `conditions[${index}].asset is "${condition.asset}"; there is no such asset of this key`,
      { pointer },
    );
  }
  requireType(asset.content_type);
  return asset;
}
