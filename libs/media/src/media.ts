import { GenerationError, NO_TRACING, inSpan, type Tracing } from '@medley/domain';
import { float32, type Tensor } from '@medley/tensor';
import type { MediaPool } from './media-pool.ts';
import type {
  AudioTarget,
  ImageFormat,
  ImageTarget,
  MediaAnswer,
  MediaJob,
  Provenance,
  VideoTarget,
} from './media-protocol.ts';
import { sniff, type MediaType } from './sniff.ts';

/** Files to tensors and back, in the pool's children. */
export class Media {
  readonly #pool: MediaPool;
  readonly #tracing: Tracing;

  /** With `tracing`, there is a span for every job of a child, its wait for one included. */
  constructor(pool: MediaPool, tracing: Tracing = NO_TRACING) {
    this.#pool = pool;
    this.#tracing = tracing;
  }

  /** A picture → float32 [3, H, W] in [0, 1]: upright, over white where it is transparent, cover-cropped to the size; the first frame of a GIF. */
  async decodeImage(bytes: Uint8Array, target: ImageTarget, signal: AbortSignal): Promise<Tensor<'float32'>> {
    expectFamily(bytes, 'image');
    return this.#numbers({ type: 'decode-image', bytes, target }, signal);
  }

  /** A sound, or the sound of a clip → float32 [channels, samples] in [-1, 1]: its beginning, padded with silence.
   * A longer one than `maxSeconds` is refused where its file says how long it is. */
  async decodeAudio(bytes: Uint8Array, target: AudioTarget, signal: AbortSignal): Promise<Tensor<'float32'>> {
    const { demuxer } = expectFamily(bytes, 'audio', 'video');
    return this.#numbers({ type: 'decode-audio', bytes, demuxer: demuxer!, target }, signal);
  }

  /** A clip or an animated GIF → float32 [3, F, H, W] in [0, 1], sampled by time stamps from its beginning; the last frame stays where it is shorter. */
  async decodeVideo(bytes: Uint8Array, target: VideoTarget, signal: AbortSignal): Promise<Tensor<'float32'>> {
    const found = expectFamily(bytes, 'video', 'image');
    const demuxer = found.contentType === 'image/gif' ? 'gif' : found.demuxer;
    if (demuxer === undefined)
      throw new GenerationError('media_type_mismatch', `the file is ${found.contentType}, not a clip`);
    return this.#numbers({ type: 'decode-video', bytes, demuxer, target }, signal);
  }

  /** Pixels [3, H, W] in [0, 1] → PNG or WebP. */
  async encodeImage(pixels: Tensor<'float32'>, options: ImageFormat, signal: AbortSignal): Promise<Uint8Array> {
    return this.#bytes({ type: 'encode-image', pixels, options }, signal);
  }

  /** Waveform [channels, samples] in [-1, 1] → WAV (16 bit), FLAC (16 bit) or Ogg Opus. */
  async encodeAudio(
    waveform: Tensor<'float32'>,
    options: { sampleRate: number; format: 'wav' | 'flac' | 'opus'; provenance: Provenance },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.#bytes({ type: 'encode-audio', waveform, ...options }, signal);
  }

  /** Pixels [3, F, H, W] in [0, 1] → MP4 (H.264) or WebM (VP9), without sound. */
  async encodeVideo(
    pixels: Tensor<'float32'>,
    options: { fps: number; format: 'mp4' | 'webm'; provenance: Provenance },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.#bytes({ type: 'encode-video', pixels, ...options }, signal);
  }

  /** A clip's pictures as they are, with a sound as AAC or Opus; both start together. */
  async mux(
    video: Uint8Array,
    audio: Uint8Array,
    options: { format: 'mp4' | 'webm'; provenance: Provenance },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { demuxer } = expectFamily(audio, 'audio');
    return this.#bytes({ type: 'mux', video, audio, audioDemuxer: demuxer!, ...options }, signal);
  }

  async #numbers(job: MediaJob, signal: AbortSignal): Promise<Tensor<'float32'>> {
    const answer = await this.#perform(job, signal);
    if (!('numbers' in answer)) throw new Error(`${job.type} answered bytes`);
    return float32(answer.numbers.shape, answer.numbers.data);
  }

  async #bytes(job: MediaJob, signal: AbortSignal): Promise<Uint8Array> {
    const answer = await this.#perform(job, signal);
    if (!('bytes' in answer)) throw new Error(`${job.type} answered numbers`);
    return answer.bytes;
  }

  #perform(job: MediaJob, signal: AbortSignal): Promise<MediaAnswer> {
    return inSpan(this.#tracing, `media ${job.type}`, {}, () => this.#pool.perform(job, signal));
  }
}

function expectFamily(bytes: Uint8Array, ...families: string[]): MediaType {
  const found = sniff(bytes);
  if (found === undefined) {
    throw new GenerationError(
      'media_undecodable',
      bytes.byteLength === 0
        ? 'the file has 0 bytes'
        : `the file of ${bytes.byteLength} bytes is none of JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg, MP4, WebM`,
    );
  }
  if (!families.includes(found.contentType.split('/')[0]!)) {
    throw new GenerationError(
      'media_type_mismatch',
      `the file is ${found.contentType}; ${families.join(' or ')} is needed`,
    );
  }
  return found;
}
