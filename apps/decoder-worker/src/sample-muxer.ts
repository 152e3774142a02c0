import type { LiveState, OutputRecord } from '@medley/domain';
import type { Media } from '@medley/media';
import type { OutputFile } from './output-file.ts';
import type { OutputStore } from './output-store.ts';
import { provenance } from './provenance.ts';

/** Puts the clip and the sound of a sample into one file. */
export class SampleMuxer {
  readonly #media: Media;
  readonly #outputs: OutputStore;

  constructor(media: Media, outputs: OutputStore) {
    this.#media = media;
    this.#outputs = outputs;
  }

  /** In the clip's format, exactly as long as the clip. */
  async mux(state: LiveState, video: OutputRecord, audio: OutputRecord, signal: AbortSignal): Promise<OutputFile> {
    const { sample, width, height, fps, seconds } = video;
    const format = state.request.outputs.find(({ type }) => type === 'video')!.format as 'mp4' | 'webm';
    const [pictures, sound] = await Promise.all([this.#outputs.read(video, signal), this.#outputs.read(audio, signal)]);
    const bytes = await this.#media.mux(pictures, sound, { format, provenance: provenance(state, sample) }, signal);
    const facts = { width, height, fps, seconds };
    return { type: 'video', role: 'muxed', sample, format, bytes, facts: withoutUndefined(facts) };
  }
}

function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
