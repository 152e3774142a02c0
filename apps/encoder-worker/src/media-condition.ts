import type { BundleManifest, Modality } from '@medley/domain';
import type { Media } from '@medley/media';
import type { Tensor } from '@medley/tensor';

/** A client's file → the pixels or the waveform that the bundle takes. Throws GenerationError in words for the client. */
export async function decodeCondition(
  media: Media,
  modality: Exclude<Modality, 'text'>,
  bytes: Uint8Array,
  { modalities }: BundleManifest,
  signal: AbortSignal,
): Promise<Tensor<'float32'>> {
  switch (modality) {
    case 'image': {
      const { width, height, max_pixels: maxPixels } = modalities.image!.media;
      return media.decodeImage(bytes, { width, height, maxPixels }, signal);
    }
    case 'audio': {
      const { sample_rate: sampleRate, channels, samples, max_seconds: maxSeconds } = modalities.audio!.media;
      return media.decodeAudio(bytes, { sampleRate, channels, samples, maxSeconds }, signal);
    }
    case 'video': {
      const { width, height, frames, fps, max_seconds: maxSeconds } = modalities.video!.media;
      return media.decodeVideo(bytes, { width, height, frames, fps, maxSeconds }, signal);
    }
  }
}
