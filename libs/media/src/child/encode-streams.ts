import type { Frame } from 'node-av/lib';
import type { Numbers } from '../media-protocol.ts';
import { decodeAudio } from './decode-streams.ts';
import { StreamEncoder, writeContainer, type EncodedStream } from './container.ts';
import { interleaved } from './pictures.ts';
import { toYuv420 } from './yuv.ts';

/** A picture's frame points into the buffer that it was made of (a sound's holds a copy), which has to live as long. */
const buffersOfFrames = new WeakMap<Frame, Buffer>();

const OPUS_RATES = [8_000, 12_000, 16_000, 24_000, 48_000];

/** Waveform [channels, samples] → WAV, FLAC or Ogg Opus. */
export async function encodeAudio(
  waveform: Numbers,
  sampleRate: number,
  format: 'wav' | 'flac' | 'opus',
  provenance: string,
): Promise<Uint8Array> {
  const codec = { wav: 'pcm_s16le', flac: 'flac', opus: 'libopus' }[format];
  const stream = await encodeSound(waveform, sampleRate, codec, false);
  return writeContainer({ wav: 'wav', flac: 'flac', opus: 'ogg' }[format], [stream], provenance);
}

/** Pixels [3, F, H, W] → MP4 or WebM. */
export async function encodeVideo(
  pixels: Numbers,
  fps: number,
  format: 'mp4' | 'webm',
  provenance: string,
): Promise<Uint8Array> {
  const stream = await encodePictures(pixels, fps, format);
  return writeContainer(format, [stream], provenance);
}

/** Copies the pictures of a clip and encodes a sound beside them. */
export async function mux(
  video: Uint8Array,
  audio: Uint8Array,
  audioDemuxer: string,
  format: 'mp4' | 'webm',
  provenance: string,
): Promise<Uint8Array> {
  const { Demuxer } = await import('node-av/api');
  await using input = await Demuxer.open(Buffer.from(video), { format: format === 'mp4' ? 'mov' : 'matroska' });
  const pictures = input.video();
  if (pictures === undefined) throw new Error('the clip to mux holds no pictures');
  const packets: EncodedStream['packets'] = [];
  for await (const packet of input.packets(pictures.index)) if (packet !== null) packets.push(packet);
  const sampleRate = format === 'mp4' ? 44_100 : 48_000;
  const samples = Math.round(input.duration * sampleRate);
  const channels = await countChannels(audio, audioDemuxer);
  const waveform = await decodeAudio(audio, audioDemuxer, { sampleRate, channels, samples, maxSeconds: 3_600 });
  const sound = await encodeSound(waveform, sampleRate, format === 'mp4' ? 'aac' : 'libopus', format === 'mp4');
  // Awaited here: the packets' codec parameters belong to the input.
  return await writeContainer(
    format,
    [{ parameters: pictures.codecpar, timeBase: pictures.timeBase, packets }, sound],
    provenance,
  );
}

/** 1 or 2. */
async function countChannels(audio: Uint8Array, demuxer: string): Promise<number> {
  const { Demuxer } = await import('node-av/api');
  await using input = await Demuxer.open(Buffer.from(audio), { format: demuxer });
  return Math.min(2, input.audio()?.codecpar.channels ?? 1);
}

async function encodePictures(pixels: Numbers, fps: number, format: 'mp4' | 'webm'): Promise<EncodedStream> {
  const { Frame } = await import('node-av/lib');
  const { AVCOL_PRI_BT709, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709, AVCOL_TRC_BT709, AV_PIX_FMT_YUV420P } =
    await import('node-av/constants');
  const [, count = 0, height = 0, width = 0] = pixels.shape;
  // Odd sides are repeated by one: 4:2:0 needs even ones.
  const [evenWidth, evenHeight] = [width + (width % 2), height + (height % 2)];
  const timeBase = { num: 1, den: Math.round(fps * 1000) };
  const encoder = await StreamEncoder.open(format === 'mp4' ? 'libx264' : 'libvpx-vp9', {
    options:
      format === 'mp4'
        ? // With mbtree, equal frames give bytes that differ now and then.
          { preset: 'medium', crf: '14', threads: '1', 'x264-params': 'mbtree=0' }
        : { crf: '16', b: '0', 'row-mt': '0', threads: '1', deadline: 'good', 'cpu-used': '2' },
    globalHeader: true,
    configure(context) {
      context.width = evenWidth;
      context.height = evenHeight;
      context.pixelFormat = AV_PIX_FMT_YUV420P;
      context.gopSize = Math.max(1, Math.round(fps * 2));
      context.timeBase = timeBase as never;
      context.framerate = { num: Math.round(fps * 1000), den: 1000 } as never;
      context.colorRange = AVCOL_RANGE_MPEG;
      context.colorSpace = AVCOL_SPC_BT709;
      context.colorPrimaries = AVCOL_PRI_BT709;
      context.colorTrc = AVCOL_TRC_BT709;
    },
  });
  const plane = width * height;
  for (let index = 0; index < count; index += 1) {
    const rgb = interleaved(pixels.data, index * plane, plane, count * plane);
    const yuv = toYuv420(rgb, width, height, evenWidth, evenHeight);
    const buffer = Buffer.from(yuv.buffer);
    using frame = Frame.fromVideoBuffer(buffer, {
      width: evenWidth,
      height: evenHeight,
      format: AV_PIX_FMT_YUV420P,
      timeBase,
      pts: BigInt(index * 1000),
    });
    buffersOfFrames.set(frame, buffer);
    frame.duration = 1000n;
    await encoder.send(frame);
  }
  const stream = await encoder.finish();
  // Else the last frame would last no time, and players leave it out.
  for (const packet of stream.packets) packet.duration = 1000n;
  return stream;
}

async function encodeSound(
  waveform: Numbers,
  sampleRate: number,
  codec: string,
  globalHeader: boolean,
): Promise<EncodedStream> {
  const { FilterAPI } = await import('node-av/api');
  const { Frame } = await import('node-av/lib');
  const { AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_S16 } = await import('node-av/constants');
  const [channels = 1, samples = 0] = waveform.shape;
  const rate = codec === 'libopus' && !OPUS_RATES.includes(sampleRate) ? 48_000 : sampleRate;
  const sampleFormat =
    codec === 'aac' ? AV_SAMPLE_FMT_FLTP : codec === 'libopus' ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_S16;
  const layout = { nbChannels: channels, order: 1, mask: channels === 1 ? 4n : 3n };
  const encoder = await StreamEncoder.open(codec, {
    options: codec === 'libopus' ? { b: '96k' } : codec === 'aac' ? { b: '128k' } : {},
    globalHeader,
    configure(context) {
      context.sampleRate = rate;
      context.sampleFormat = sampleFormat;
      context.channelLayout = layout as never;
      context.timeBase = { num: 1, den: rate } as never;
    },
  });
  const packed = new Float32Array(channels * samples);
  for (let at = 0; at < packed.length; at += 1)
    packed[at] = waveform.data[(at % channels) * samples + Math.floor(at / channels)]!;
  using source = Frame.fromAudioBuffer(Buffer.from(packed.buffer), {
    nbSamples: samples,
    format: AV_SAMPLE_FMT_FLT,
    sampleRate,
    channelLayout: layout as never,
    timeBase: { num: 1, den: sampleRate },
    pts: 0n,
  });
  const name = { [AV_SAMPLE_FMT_FLTP]: 'fltp', [AV_SAMPLE_FMT_FLT]: 'flt', [AV_SAMPLE_FMT_S16]: 's16' }[sampleFormat];
  const size = encoder.frameSize === 0 ? 4096 : encoder.frameSize;
  using filter = FilterAPI.create(
    `aresample=${rate}:dither_method=none,aformat=sample_fmts=${name}:channel_layouts=${channels === 1 ? 'mono' : 'stereo'},asetnsamples=n=${size}:p=0`,
    {},
  );
  const frames = [...(await filter.processAll(source)), ...(await filter.processAll(null))];
  for (const frame of frames) {
    using one = frame;
    await encoder.send(one);
  }
  return encoder.finish();
}
