import { GenerationError, type Condition, type Submission } from '@medley/domain';
import { acceptsType } from '../assets/accepts-type.ts';
import type { AssetLibrary } from '../assets/asset-library.ts';
import { decodeDataUri } from '../assets/data-uri.ts';

type MediaCondition = Exclude<Submission['conditions'][number], { type: 'text' }>;

/** The conditions as they are accepted: inline files stored, named assets looked up. Throws GenerationError with a pointer. */
export async function acceptConditions(
  submission: Submission,
  owner: string,
  assets: AssetLibrary,
): Promise<Condition[]> {
  return Promise.all(
    submission.conditions.map(async (condition, index): Promise<Condition> => {
      if (condition.type === 'text') return condition;
      const { type, weight } = condition;
      if (condition.url !== undefined) return { type, url: condition.url, weight };
      return { type, asset: await acceptAsset(condition, index, owner, assets), weight };
    }),
  );
}

async function acceptAsset(condition: MediaCondition, index: number, owner: string, assets: AssetLibrary) {
  const field = condition.asset === undefined ? 'data' : 'asset';
  const pointer = `/conditions/${index}/${field}`;
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
  if (!acceptsType(condition.type, asset.content_type)) {
    throw new GenerationError(
      'media_type_mismatch',
      `conditions[${index}] is of type ${condition.type}, its file is ${asset.content_type}`,
      { pointer },
    );
  }
  return asset;
}
