import { RefusedMedium } from './refused-medium.ts';

/** Pixels of one frame. */
const LARGEST_FRAME = 67_108_864;
/** Pixels of all frames that have to be decoded: 20 s of 1080p at 30 frames/s. */
const MOST_PIXELS = 1_300_000_000;
const FASTEST = 240;
const MOST_CHANNELS = 8;

const SOUND_CODECS = /^(pcm_(u8|s16le|s16be|s24le|s32le|f32le|f64le|alaw|mulaw)|flac|mp3|vorbis|opus|aac|alac)$/;
const PICTURE_CODECS = /^(h264|hevc|vp8|vp9|av1|mpeg4|gif)$/;

export function checkSoundCodec(name: string | null): void {
  checkCodec('sound', name, SOUND_CODECS, 'PCM, FLAC, MP3, Vorbis, Opus, AAC and ALAC are taken');
}

export function checkPictureCodec(name: string | null): void {
  checkCodec('clip', name, PICTURE_CODECS, 'H.264, HEVC, VP8, VP9, AV1, MPEG-4 and GIF are taken');
}

function checkCodec(what: string, name: string | null, taken: RegExp, words: string): void {
  if (name !== null && taken.test(name)) return;
  throw new RefusedMedium(
    'media_undecodable',
    name === null || name === 'none'
      ? `the ${what} does not say how it is coded; it may be cut off or damaged`
      : `the ${what} is coded as ${name}; ${words}`,
  );
}

export function checkSoundShape(channels: number, sampleRate: number): void {
  if (sampleRate > 0 && channels > 0 && channels <= MOST_CHANNELS) return;
  throw new RefusedMedium(
    'media_undecodable',
    `the sound has ${channels} channels at ${sampleRate} Hz; 1 to ${MOST_CHANNELS} channels are taken`,
  );
}

/** The container's own word on its length, before anything is decoded; it knows none for a live recording. */
export function checkDuration(what: 'sound' | 'clip', seconds: number, maxSeconds: number): void {
  if (Number.isFinite(seconds) && seconds > maxSeconds) {
    throw new RefusedMedium(
      'media_too_large',
      `the ${what} lasts ${seconds.toFixed(1)} s; at most ${maxSeconds} s are accepted`,
    );
  }
}

/** What the header says of a clip of which `seconds` will be decoded. */
export function checkPictures(width: number, height: number, rate: number, seconds: number): void {
  if (width <= 0 || height <= 0) {
    throw new RefusedMedium('media_undecodable', 'the clip does not say how large it is; it may be cut off or damaged');
  }
  if (width * height > LARGEST_FRAME) {
    throw new RefusedMedium(
      'media_too_large',
      `the clip has ${width} × ${height} pixels; at most ${LARGEST_FRAME} are accepted`,
    );
  }
  if (rate > FASTEST) {
    throw new RefusedMedium(
      'media_too_large',
      `the clip has ${Math.round(rate)} frames/s; at most ${FASTEST} are accepted`,
    );
  }
  if (Number.isFinite(rate) && width * height * rate * seconds > MOST_PIXELS) throw tooManyPixels();
}

/** Counts what is really decoded, whatever the header said. */
export class PixelBudget {
  #left = MOST_PIXELS;

  spend(width: number, height: number): void {
    this.#left -= width * height;
    if (this.#left < 0) throw tooManyPixels();
  }
}

function tooManyPixels(): RefusedMedium {
  return new RefusedMedium(
    'media_too_large',
    `the part of the clip that is used has more than ${MOST_PIXELS} pixels in all its frames, which is the limit; send it smaller`,
  );
}
