import type { Demuxer } from 'node-av/api';
import type { Stream } from 'node-av/lib';

/** What a file says of one of its streams, in seconds on the clock of its frames. */
export interface DeclaredLength {
  start: number;
  seconds: number;
}

/** FFmpeg's word for a time that is not known. */
const UNKNOWN = -(2n ** 63n);
/** Larger sizes are those of writers that did not know one: 2³¹ or 2³² less a head. */
const LARGEST_WAVE = 0x7fff_0000;
const FORMAT_CHUNK = 0x666d_7420;
const DATA_CHUNK = 0x6461_7461;

/**
 * How long a stream is by the head of its file, where that is more than an estimate and stands whether or not the rest
 * does. That of an MP3 may be either, or be left over from a longer file; Ogg and GIF say it with their last bytes only.
 */
export function declaredLength(
  input: Demuxer,
  stream: Stream,
  demuxer: string,
  bytes: Uint8Array,
): DeclaredLength | undefined {
  switch (demuxer) {
    case 'mov':
    case 'flac':
      return lengthOf(stream);
    case 'wav': {
      const seconds = waveSeconds(bytes);
      return seconds === undefined ? lengthOf(stream) : { start: 0, seconds };
    }
    case 'matroska': {
      // The file's own length is that of its longest stream.
      const seconds = tagSeconds(stream) ?? (input.streams.length === 1 ? input.duration : 0);
      return seconds > 0 ? { start: 0, seconds } : undefined;
    }
    default:
      return undefined;
  }
}

function lengthOf({ startTime, duration, timeBase: { num, den } }: Stream): DeclaredLength | undefined {
  if (duration <= 0n) return undefined;
  return {
    start: startTime === UNKNOWN ? 0 : (Number(startTime) * num) / den,
    seconds: (Number(duration) * num) / den,
  };
}

/** The tag `DURATION` of a Matroska track (https://www.matroska.org/technical/tagging.html): `00:00:03.007000000`. */
function tagSeconds({ metadata }: Stream): number | undefined {
  const [, hours, minutes, seconds] = /^(\d+):(\d+):(\d+\.?\d*)$/.exec(metadata?.getAll()['DURATION'] ?? '') ?? [];
  return seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** By the size of its data chunk, which FFmpeg cuts to that of the file; undefined where there is none to be believed. */
function waveSeconds(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let bytesPerSecond = 0;
  for (let at = 12; at + 24 <= bytes.byteLength;) {
    const [name, size] = [view.getUint32(at), view.getUint32(at + 4, true)];
    // Sampling rate × bytes of a sample in all channels.
    if (name === FORMAT_CHUNK) bytesPerSecond = view.getUint32(at + 12, true) * view.getUint16(at + 20, true);
    if (name === DATA_CHUNK) return bytesPerSecond > 0 && size < LARGEST_WAVE ? size / bytesPerSecond : undefined;
    at += 8 + size + (size % 2);
  }
  return undefined;
}
