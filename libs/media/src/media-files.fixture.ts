import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  AV_SAMPLE_FMT_S32,
  AV_SAMPLE_FMT_U8,
} from 'node-av/constants';
import { FilterAPI } from 'node-av/api';
import { Frame } from 'node-av/lib';
import { StreamEncoder, writeContainer, type EncodedStream } from './child/container.ts';

/** A program for compressed-media.int.spec.ts: writes a file of every coding that is taken into the folder of its argument. */

const SAMPLE_FORMATS = {
  flt: AV_SAMPLE_FMT_FLT,
  fltp: AV_SAMPLE_FMT_FLTP,
  s16: AV_SAMPLE_FMT_S16,
  s16p: AV_SAMPLE_FMT_S16P,
  s32: AV_SAMPLE_FMT_S32,
  u8: AV_SAMPLE_FMT_U8,
} as const;
const RATE = 48_000;
const LAYOUT = { nbChannels: 2, order: 1, mask: 3n };

/** 440 Hz, stereo. */
async function sound(codec: string, format: keyof typeof SAMPLE_FORMATS, globalHeader: boolean, seconds = 1) {
  const encoder = await StreamEncoder.open(codec, {
    options: {},
    globalHeader,
    configure(context) {
      context.sampleRate = RATE;
      context.sampleFormat = SAMPLE_FORMATS[format];
      context.channelLayout = LAYOUT as never;
      context.timeBase = { num: 1, den: RATE } as never;
    },
  });
  const wave = Float32Array.from(
    { length: RATE * 2 * seconds },
    (_, at) => 0.5 * Math.sin((2 * Math.PI * 440 * (at >> 1)) / RATE),
  );
  using source = Frame.fromAudioBuffer(Buffer.from(wave.buffer), {
    nbSamples: RATE * seconds,
    format: AV_SAMPLE_FMT_FLT,
    sampleRate: RATE,
    channelLayout: LAYOUT as never,
    timeBase: { num: 1, den: RATE },
    pts: 0n,
  });
  const size = encoder.frameSize === 0 ? 4096 : encoder.frameSize;
  using filter = FilterAPI.create(
    `aformat=sample_fmts=${format}:channel_layouts=stereo,asetnsamples=n=${size}:p=0`,
    {},
  );
  for (const frame of [...(await filter.processAll(source)), ...(await filter.processAll(null))]) {
    using one = frame;
    await encoder.send(one);
  }
  return encoder.finish();
}

/** Eight frames of 64 × 64 at 8 frames/s, each brighter than the one before. */
async function clip(codec: string, options: Record<string, string>, globalHeader: boolean): Promise<EncodedStream> {
  const encoder = await StreamEncoder.open(codec, {
    options,
    globalHeader,
    configure(context) {
      context.width = 64;
      context.height = 64;
      context.pixelFormat = AV_PIX_FMT_YUV420P;
      context.timeBase = { num: 1, den: 8 } as never;
      context.framerate = { num: 8, den: 1 } as never;
    },
  });
  const pictures: Buffer[] = []; // A frame points into its picture, which has to live as long.
  for (let index = 0; index < 8; index += 1) {
    const picture = Buffer.alloc((64 * 64 * 3) / 2, 128).fill(16 + Math.round((219 * index) / 8), 0, 64 * 64);
    pictures.push(picture);
    using frame = Frame.fromVideoBuffer(picture, {
      width: 64,
      height: 64,
      format: AV_PIX_FMT_YUV420P,
      timeBase: { num: 1, den: 8 },
      pts: BigInt(index),
    });
    frame.duration = 1n;
    await encoder.send(frame);
  }
  const stream = await encoder.finish();
  for (const packet of stream.packets) packet.duration = 1n;
  return stream;
}

const SOUNDS = [
  ['mp3', 'mp3', 'libmp3lame', 'fltp'],
  ['vorbis.ogg', 'ogg', 'libvorbis', 'fltp'],
  ['opus.ogg', 'ogg', 'libopus', 'flt'],
  ['flac.ogg', 'ogg', 'flac', 's16'],
  ['flac', 'flac', 'flac', 's16'],
  ['u8.wav', 'wav', 'pcm_u8', 'u8'],
  ['s16.wav', 'wav', 'pcm_s16le', 's16'],
  ['s24.wav', 'wav', 'pcm_s24le', 's32'],
  ['f32.wav', 'wav', 'pcm_f32le', 'flt'],
  ['alaw.wav', 'wav', 'pcm_alaw', 's16'],
  ['mulaw.wav', 'wav', 'pcm_mulaw', 's16'],
  ['aac.m4a', 'ipod', 'aac', 'fltp'],
  ['alac.m4a', 'ipod', 'alac', 's16p'],
  ['opus.mp4', 'mp4', 'libopus', 'flt'],
  ['opus.webm', 'webm', 'libopus', 'flt'],
  ['vorbis.webm', 'webm', 'libvorbis', 'fltp'],
  ['aac', 'adts', 'aac', 'fltp'],
] as const;

const CLIPS = [
  ['h264.mp4', 'mp4', 'libx264', { preset: 'ultrafast' }],
  ['hevc.mp4', 'mp4', 'libx265', { preset: 'ultrafast', 'x265-params': 'log-level=none' }],
  ['av1.mp4', 'mp4', 'libsvtav1', { preset: '12' }],
  ['mpeg4.mp4', 'mp4', 'mpeg4', {}],
  ['h264.mov', 'mov', 'libx264', { preset: 'ultrafast' }],
  ['vp8.webm', 'webm', 'libvpx', { deadline: 'realtime', 'cpu-used': '8' }],
  ['vp9.webm', 'webm', 'libvpx-vp9', { deadline: 'realtime', 'cpu-used': '8' }],
  ['av1.webm', 'webm', 'libsvtav1', { preset: '12' }],
  ['h264.mkv', 'matroska', 'libx264', { preset: 'ultrafast' }],
  ['avif', 'avif', 'libsvtav1', { preset: '12' }],
] as const;

const headed = (container: string) => !['mp3', 'ogg', 'wav', 'adts'].includes(container);
const folder = process.argv[2]!;
for (const [name, container, codec, format] of SOUNDS) {
  await writeFile(
    join(folder, name),
    await writeContainer(container, [await sound(codec, format, headed(container))], ''),
  );
}
for (const [name, container, codec, options] of CLIPS) {
  await writeFile(join(folder, name), await writeContainer(container, [await clip(codec, options, true)], ''));
}
for (const [name, container, pictures, codec] of [
  ['uneven.mp4', 'mp4', 'mpeg4', 'aac'],
  ['uneven.webm', 'webm', 'libvpx', 'libopus'],
] as const) {
  const longer = await sound(codec, codec === 'aac' ? 'fltp' : 'flt', true, 3);
  await writeFile(join(folder, name), await writeContainer(container, [await clip(pictures, {}, true), longer], ''));
}
