import type { OutputRecord } from '@medley/domain';

/** What a format is called on the outside. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain; charset=utf-8',
  png: 'image/png',
  webp: 'image/webp',
  wav: 'audio/wav',
  flac: 'audio/flac',
  opus: 'audio/ogg',
  mp4: 'video/mp4',
  webm: 'video/webm',
};

/** What a record says of the medium beside its file. */
export type MediumFacts = Pick<
  OutputRecord,
  'width' | 'height' | 'seconds' | 'fps' | 'sample_rate' | 'text' | 'truncated'
>;

/** A file that was made and is not stored yet. */
export interface OutputFile extends Pick<OutputRecord, 'type' | 'role' | 'sample'> {
  bytes: Uint8Array;
  format: string;
  facts: MediumFacts;
}

export function contentTypeOf(format: string): string {
  const contentType = CONTENT_TYPES[format];
  if (contentType === undefined) throw new Error(`no content type is known for the format ${format}`);
  return contentType;
}
