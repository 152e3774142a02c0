import type { MediaCondition } from './draft.ts';

/** What a file can be a prompt as; undefined for what is neither picture, sound nor clip. A GIF moves. */
export function mediaType({ type, name }: Pick<File, 'type' | 'name'>): MediaCondition['type'] | undefined {
  if (type === 'image/gif') return 'video';
  const family = type.split('/')[0];
  if (family === 'image' || family === 'audio' || family === 'video') return family;
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === 'flac' || ending === 'opus' || type === 'application/ogg') return 'audio';
  return undefined;
}
