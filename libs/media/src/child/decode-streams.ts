import type { Demuxer, FilterAPI } from 'node-av/api';
import type { Frame } from 'node-av/lib';
import type { AudioTarget, Numbers, VideoTarget } from '../media-protocol.ts';
import { declaredLength } from './declared-length.ts';
import { DecodedReach } from './decoded-reach.ts';
import { FrameSampler } from './frame-sampler.ts';
import { RefusedMedium, decoding } from './refused-medium.ts';
import {
  PixelBudget,
  checkDuration,
  checkPictureCodec,
  checkPictures,
  checkSoundCodec,
  checkSoundShape,
} from './stream-limits.ts';

async function openDemuxer(bytes: Uint8Array, demuxer: string) {
  const { Demuxer } = await import('node-av/api');
  return Demuxer.open(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { format: demuxer });
}

/** A file that ends before its table of contents holds nothing at all. */
function withoutStream(what: 'sound' | 'pictures', input: Demuxer): RefusedMedium {
  const why = (input.video() ?? input.audio()) === undefined ? '; it may be cut off or damaged' : '';
  return new RefusedMedium('media_undecodable', `the file holds no ${what}${why}`);
}

/** → [channels, samples] in [-1, 1]. Decodes no more than is asked for. */
export async function decodeAudio(bytes: Uint8Array, demuxer: string, target: AudioTarget): Promise<Numbers> {
  return decoding('sound', async () => {
    const { Decoder, FilterAPI } = await import('node-av/api');
    const { avGetCodecName } = await import('node-av/lib');
    await using input = await openDemuxer(bytes, demuxer);
    const stream = input.audio();
    if (stream === undefined) throw withoutStream('sound', input);
    checkSoundCodec(avGetCodecName(stream.codecpar.codecId));
    checkSoundShape(stream.codecpar.channels, stream.codecpar.sampleRate);
    checkDuration('sound', input.duration, target.maxSeconds);
    using decoder = await Decoder.create(stream, { threadCount: 1 });
    const layout = target.channels === 1 ? 'mono' : 'stereo';
    using filter = FilterAPI.create(
      `aresample=${target.sampleRate},aformat=sample_fmts=flt:channel_layouts=${layout}`,
      {},
    );
    const wanted = target.samples * target.channels;
    const interleaved = new Float32Array(wanted);
    const reach = new DecodedReach();
    let count = 0;
    for await (using frame of filter.frames(counted(decoder.frames(input.packets(stream.index)), reach))) {
      if (frame === null) continue;
      const { buffer, byteOffset, byteLength } = frame.toBuffer();
      const samples = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
      interleaved.set(samples.subarray(0, wanted - count), count);
      count += Math.min(samples.length, wanted - count);
      if (count === wanted) break;
    }
    if (count === 0) throw new RefusedMedium('media_undecodable', 'the sound has no samples; it may be cut off');
    if (count < wanted)
      reach.expect('sound', declaredLength(input, stream, demuxer, bytes), target.samples / target.sampleRate);
    return planes(interleaved, target);
  });
}

/** The frames as they come; `reach` takes note of each. */
async function* counted(frames: AsyncIterable<Frame | null>, reach: DecodedReach): AsyncGenerator<Frame | null> {
  for await (const frame of frames) {
    if (frame !== null) reach.add(frame);
    yield frame;
  }
}

function planes(interleaved: Float32Array, { channels, samples }: AudioTarget): Numbers {
  const data = new Float32Array(channels * samples);
  interleaved.forEach((value, at) => {
    data[(at % channels) * samples + Math.floor(at / channels)] = Math.min(1, Math.max(-1, value));
  });
  return { shape: [channels, samples], data };
}

/** → [3, frames, height, width] in [0, 1]. Decodes no more than is asked for. */
export async function decodeVideo(bytes: Uint8Array, demuxer: string, target: VideoTarget): Promise<Numbers> {
  return decoding('clip', async () => {
    const api = await import('node-av/api');
    const { avGetCodecName } = await import('node-av/lib');
    const { AV_FRAME_DATA_DISPLAYMATRIX } = await import('node-av/constants');
    await using input = await openDemuxer(bytes, demuxer);
    const stream = input.video();
    if (stream === undefined) throw withoutStream('pictures', input);
    checkPictureCodec(avGetCodecName(stream.codecpar.codecId));
    checkDuration('clip', input.duration, target.maxSeconds);
    const { num, den } = stream.avgFrameRate;
    const wanted = target.frames / target.fps;
    const used = Math.min(wanted, input.duration || Infinity);
    checkPictures(stream.codecpar.width, stream.codecpar.height, num / den, used);
    using decoder = await api.Decoder.create(stream, { threadCount: 1 });
    const size = `${target.width}:${target.height}`;
    // Square pixels first, then the smallest size that covers the target, then its middle.
    const fit = `scale=iw*sar:ih,setsar=1,scale=${size}:force_original_aspect_ratio=increase:flags=bicubic,crop=${size},format=rgb24`;
    const sampler = new FrameSampler(target);
    const reach = new DecodedReach();
    const budget = new PixelBudget();
    let filter: FilterAPI | undefined;
    using _filter = { [Symbol.dispose]: () => filter?.close() };
    let more = true;
    for await (using frame of decoder.frames(input.packets(stream.index))) {
      if (frame === null) continue;
      budget.spend(frame.width, frame.height);
      reach.add(frame);
      filter ??= api.FilterAPI.create(`${turn(frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX))}${fit}`, {});
      for (const shown of await filter.processAll(frame)) {
        using one = shown;
        const seconds = (Number(one.pts) * one.timeBase.num) / one.timeBase.den;
        more &&= sampler.add(seconds, Uint8Array.from(one.toBuffer()));
      }
      if (!more) break;
    }
    const numbers = sampler.finish();
    if (numbers === undefined)
      throw new RefusedMedium('media_undecodable', 'the clip has no frames; it may be cut off');
    if (more) reach.expect('clip', declaredLength(input, stream, demuxer, bytes), wanted);
    return numbers;
  });
}

/** The filter that turns a picture upright, from a display matrix (ISO 14496-12, 6.2.2). */
function turn(matrix: Buffer | null): string {
  if (matrix === null || matrix.byteLength < 8) return '';
  const degrees = (Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI;
  const quarter = ((Math.round(degrees / 90) % 4) + 4) % 4;
  return ['', 'transpose=clock,', 'hflip,vflip,', 'transpose=cclock,'][quarter]!;
}
