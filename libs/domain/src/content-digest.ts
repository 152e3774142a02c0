import { hash } from 'node:crypto';
import type { Modality } from './modality.ts';

/**
 * What an embedding is cached by (`objectKeys.embedding`), hex: the modality and the content, which is the text itself or
 * the sha256 of the file. The same clip as sound and as pictures has two.
 */
export function contentDigest(modality: Modality, content: string): string {
  return hash('sha256', `${modality}\0${content}`, 'hex');
}
