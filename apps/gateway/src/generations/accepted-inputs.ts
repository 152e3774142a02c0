import { GenerationError, type Condition, type Submission } from '@medley/domain';
import { acceptsType } from '../assets/accepts-type.ts';
import type { AssetLibrary } from '../assets/asset-library.ts';
import type { AssetReference } from '../assets/asset-reference.ts';
import type { GeneratedAssets } from '../assets/generated-assets.ts';
import { decodeDataUri } from '../assets/data-uri.ts';

type MediaCondition = Exclude<Submission['conditions'][number], { type: 'text' }>;

/** Where assets that conditions name are found. */
export interface AssetSources {
  assets: AssetLibrary;
  generated: GeneratedAssets;
}

/** The conditions as they are accepted: inline files stored, named assets looked up. Throws GenerationError with a pointer. */
export async function acceptConditions(
  submission: Submission,
  owner: string,
  sources: AssetSources,
): Promise<Condition[]> {
  return Promise.all(
    submission.conditions.map(async (condition, index): Promise<Condition> => {
      if (condition.type === 'text') return condition;
      const { type, weight } = condition;
      if (condition.url !== undefined) return { type, url: condition.url, weight };
      return { type, asset: await acceptAsset(condition, index, owner, sources), weight };
    }),
  );
}

async function acceptAsset(
  condition: MediaCondition,
  index: number,
  owner: string,
  { assets, generated }: AssetSources,
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
  const made = condition.asset === undefined ? undefined : await generated.find(owner, condition.asset);
  if (made !== undefined) {
    requireType(made.output.content_type);
    return generated.adopt(owner, made, pointer);
  }
  const asset =
    condition.asset === undefined
      ? await assets.add(owner, ...decodeDataUri(condition.data!, pointer), pointer)
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
