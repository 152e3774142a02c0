import type { AssetReference } from '@medley/domain';
import type { CatalogEntry } from '../models/bundle-catalog.ts';
import type { ImageSettings } from './image-body.ts';
import type { TranslatedRequest } from './openai-generations.ts';

const PROMPT_NAMES = [
  ['/conditions/0', 'prompt'],
  ['/conditions/0/text', 'prompt'],
] as const;

/** Pictures by a text, by other pictures, or by both. */
export function translateImages(
  { prompt, n, output_format: format = 'png', user }: ImageSettings,
  images: readonly AssetReference[],
  { name }: CatalogEntry,
): TranslatedRequest {
  const words = prompt === undefined ? [] : [{ type: 'text', text: prompt }];
  const conditions = [...words, ...images.map(({ id: asset }) => ({ type: 'image', asset }))];
  const imageNames = images.flatMap((_, index) => {
    const field = images.length === 1 ? 'image' : `image[${index}]`;
    return ['', '/asset'].map((part) => [`/conditions/${words.length + index}${part}`, field] as const);
  });
  return {
    submission: {
      model: name,
      conditions,
      outputs: [{ type: 'image', format }],
      samples: n,
      ...(user === undefined ? {} : { metadata: { user } }),
    },
    names: [
      ...(prompt === undefined ? [] : PROMPT_NAMES),
      ...imageNames,
      ['/conditions', 'image'],
      ['/samples', 'n'],
      ['/outputs/0', 'output_format'],
    ],
  };
}
