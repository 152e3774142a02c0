import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { float32, type Tensor } from '@medley/tensor';
import sharp from 'sharp';
import { Media, MediaPool, sniff } from './index.ts';
import { hugePng, silentWav } from './media.fixture.ts';

jest.setTimeout(60_000);

let pool: MediaPool;
let media: Media;
const never = new AbortController().signal;
const image = { width: 64, height: 48, maxPixels: 1_000_000 };
const audio = { sampleRate: 16_000, channels: 1, samples: 16_000, maxSeconds: 10 };
const video = { width: 32, height: 32, frames: 8, fps: 8, maxSeconds: 10 };

beforeAll(async () => {
  pool = await MediaPool.start({ children: 1, sandbox: 'auto', seconds: 20 });
  media = new Media(pool);
});
afterAll(() => pool.close());

const mean = (data: Float32Array, start = 0, end = data.length) =>
  data.subarray(start, end).reduce((sum, value) => sum + value, 0) / (end - start);
const colour = (pixels: Tensor<'float32'>) =>
  [0, 1, 2].map((plane) => mean(pixels.data, (plane * pixels.data.length) / 3, ((plane + 1) * pixels.data.length) / 3));
const tone = (hertz: number, seconds = 1, rate = 16_000, channels = 1) =>
  float32(
    [channels, seconds * rate],
    Float32Array.from(
      { length: channels * seconds * rate },
      (_, at) => 0.5 * Math.sin((2 * Math.PI * hertz * (at % (seconds * rate))) / rate),
    ),
  );
const ramp = (frames = 8, size = 32) =>
  float32(
    [3, frames, size, size],
    Float32Array.from(
      { length: 3 * frames * size * size },
      (_, at) => (Math.floor(at / (size * size)) % frames) / frames,
    ),
  );
/** Strength of a frequency (Goertzel). */
const strength = (data: Float32Array, hertz: number) => {
  let real = 0;
  let imaginary = 0;
  data.forEach((value, at) => {
    real += value * Math.cos((2 * Math.PI * hertz * at) / 16_000);
    imaginary += value * Math.sin((2 * Math.PI * hertz * at) / 16_000);
  });
  return Math.hypot(real, imaginary) / data.length;
};
const flat = (options: object = {}) =>
  sharp({ create: { width: 100, height: 60, channels: 3, background: { r: 255, g: 0, b: 0 }, ...options } });
const provenance = '{"seed":1,"source":"trainedAlgorithmicMedia"}';
/** One value for each of R, G and B over all frames. */
const plain = (rgb: readonly number[], frames = 2, size = 32) =>
  float32(
    [3, frames, size, size],
    Float32Array.from({ length: 3 * frames * size * size }, (_, at) => rgb[Math.floor(at / (frames * size * size))]!),
  );

describe('pictures', () => {
  it('come in as planes of the size that is asked for', async () => {
    const pixels = await media.decodeImage(await flat().png().toBuffer(), image, never);
    expect(pixels.shape).toEqual([3, 48, 64]);
    expect(colour(pixels)).toEqual([1, 0, 0]);
  });

  it.each([
    ['JPEG', () => flat().jpeg().toBuffer()],
    ['WebP', () => flat().webp({ lossless: true }).toBuffer()],
    ['GIF', () => flat().gif().toBuffer()],
    ['16-bit PNG', () => flat().toColourspace('rgb16').png().toBuffer()],
    ['palette PNG', () => flat().png({ palette: true }).toBuffer()],
    ['CMYK JPEG', () => flat().toColourspace('cmyk').jpeg().toBuffer()],
  ])('come in from %s', async (_, make) => {
    const [red, green] = colour(await media.decodeImage(await make(), image, never));
    expect(red).toBeGreaterThan(0.8);
    expect(green).toBeLessThan(0.25);
  });

  it('are turned upright', async () => {
    const half = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#000' } })
      .composite([{ input: { create: { width: 64, height: 24, channels: 3, background: '#fff' } }, top: 0, left: 0 }])
      .jpeg({ quality: 100 })
      .withMetadata({ orientation: 3 })
      .toBuffer();
    const pixels = await media.decodeImage(half, image, never);
    expect(mean(pixels.data, 0, 64 * 20)).toBeLessThan(0.1);
    expect(mean(pixels.data, 64 * 28, 64 * 48)).toBeGreaterThan(0.9);
  });

  it('lie over white where they are transparent', async () => {
    const clear = await sharp({
      create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect(colour(await media.decodeImage(clear, image, never))).toEqual([1, 1, 1]);
  });

  it.each(['png', 'webp'] as const)('go out as %s with their origin, the same bytes each time', async (format) => {
    const pixels = float32(
      [3, 20, 30],
      Float32Array.from({ length: 1800 }, (_, at) => (at % 255) / 255),
    );
    const file = await media.encodeImage(pixels, { format, provenance }, never);
    expect(sniff(file)?.contentType).toBe(`image/${format}`);
    expect(Buffer.from(file).toString('latin1')).toContain('trainedAlgorithmicMedia');
    expect(Buffer.from(await media.encodeImage(pixels, { format, provenance }, never)).equals(Buffer.from(file))).toBe(
      true,
    );
    const back = await media.decodeImage(file, { width: 30, height: 20, maxPixels: 1000 }, never);
    if (format === 'png')
      back.data.forEach((value, at) => expect(Math.abs(value - pixels.data[at]!)).toBeLessThan(0.003));
  });

  it('fit into a preview', async () => {
    const noisy = float32(
      [3, 256, 256],
      Float32Array.from({ length: 3 * 65536 }, (_, at) => ((at * 7919) % 255) / 255),
    );
    expect((await media.encodeImage(noisy, { format: 'webp', maxBytes: 8192 }, never)).byteLength).toBeLessThan(40_000);
    const smooth = float32([3, 64, 64]);
    expect((await media.encodeImage(smooth, { format: 'webp', maxBytes: 8192 }, never)).byteLength).toBeLessThan(8192);
  });
});

describe('sounds', () => {
  it.each(['wav', 'flac', 'opus'] as const)('go out as %s and come back', async (format) => {
    const file = await media.encodeAudio(tone(440), { sampleRate: 16_000, format, provenance }, never);
    expect(
      Buffer.from(await media.encodeAudio(tone(440), { sampleRate: 16_000, format, provenance }, never)).equals(
        Buffer.from(file),
      ),
    ).toBe(true);
    expect(Buffer.from(file).toString('latin1')).toContain('trainedAlgorithmicMedia');
    const back = await media.decodeAudio(file, audio, never);
    expect(back.shape).toEqual([1, 16_000]);
    expect(strength(back.data, 440)).toBeGreaterThan(0.2);
    expect(strength(back.data, 880)).toBeLessThan(0.02);
  });

  it('of any rate and number of channels are brought to what is asked for', async () => {
    const stereo = await media.encodeAudio(
      tone(440, 2, 44_100, 2),
      { sampleRate: 44_100, format: 'flac', provenance },
      never,
    );
    const mono = await media.decodeAudio(stereo, audio, never);
    expect(strength(mono.data, 440)).toBeGreaterThan(0.2);
    expect((await media.decodeAudio(stereo, { ...audio, channels: 2 }, never)).shape).toEqual([2, 16_000]);
  });

  it('that are short are followed by silence', async () => {
    const short = await media.encodeAudio(
      float32([1, 4_000], tone(440).data.slice(0, 4_000)),
      { sampleRate: 16_000, format: 'wav', provenance },
      never,
    );
    const back = await media.decodeAudio(short, audio, never);
    expect(strength(back.data.slice(0, 4_000), 440)).toBeGreaterThan(0.2);
    expect(Math.max(...back.data.subarray(5_000))).toBe(0);
  });

  it('that are too long are refused with the limit', async () => {
    const hour = await media.encodeAudio(
      float32([1, 16_000 * 30]),
      { sampleRate: 16_000, format: 'flac', provenance },
      never,
    );
    await expect(media.decodeAudio(hour, audio, never)).rejects.toMatchObject({
      code: 'media_too_large',
      message: 'the sound lasts 30.0 s; at most 10 s are accepted',
    });
  });
});

describe('clips', () => {
  it.each(['mp4', 'webm'] as const)('go out as %s and come back frame by frame', async (format) => {
    const file = await media.encodeVideo(ramp(), { fps: 8, format, provenance }, never);
    expect(sniff(file)?.contentType).toBe(`video/${format}`);
    expect(
      Buffer.from(await media.encodeVideo(ramp(), { fps: 8, format, provenance }, never)).equals(Buffer.from(file)),
    ).toBe(true);
    const back = await media.decodeVideo(file, video, never);
    expect(back.shape).toEqual([3, 8, 32, 32]);
    for (let frame = 0; frame < 8; frame += 1)
      expect(mean(back.data, frame * 1024, (frame + 1) * 1024)).toBeCloseTo(frame / 8, 1);
  });

  it.each(['mp4', 'webm'] as const)('give the same bytes of the same pixels as %s, however often', async (format) => {
    // Sides that are no whole blocks, and nothing that an encoder could skip.
    const [frames, height, width] = [8, 50, 30];
    const noise = Float32Array.from({ length: 3 * frames * height * width }, (_, at) => Math.abs(Math.sin(at * at)));
    const digests = new Set<string>();
    for (let times = 0; times < 20; times += 1) {
      const pixels = float32([3, frames, height, width], noise.slice());
      const file = await media.encodeVideo(pixels, { fps: 8, format, provenance }, never);
      digests.add(createHash('sha256').update(file).digest('hex'));
    }
    expect(digests.size).toBe(1);
  });

  it('of another rate are sampled by time', async () => {
    const slow = await media.encodeVideo(ramp(8), { fps: 4, format: 'mp4', provenance }, never);
    const back = await media.decodeVideo(slow, video, never);
    expect(mean(back.data, 7 * 1024, 8 * 1024)).toBeCloseTo(3 / 8, 1);
  });

  it.each([
    ['red', [1, 0, 0]],
    ['green', [0, 1, 0]],
    ['blue', [0, 0, 1]],
  ] as const)('keep %s', async (_, rgb) => {
    for (const format of ['mp4', 'webm'] as const) {
      const file = await media.encodeVideo(plain(rgb), { fps: 8, format, provenance }, never);
      colour(await media.decodeVideo(file, video, never)).forEach((value, plane) =>
        expect(Math.abs(value - rgb[plane]!)).toBeLessThan(0.03),
      );
    }
  });

  it('are turned upright', async () => {
    const left = plain([0, 0, 0]);
    left.data.forEach((_, at) => (left.data[at] = at % 32 < 16 ? 1 : 0));
    const file = Buffer.from(await media.encodeVideo(left, { fps: 8, format: 'mp4', provenance }, never));
    // The display matrix of the track header says: a quarter turn clockwise, so that the left side is up.
    const matrix = file.indexOf('tkhd') + 4 + 40;
    [0, 0x10000, 0, -0x10000, 0, 0].forEach((value, at) => file.writeInt32BE(value, matrix + 4 * at));
    const back = await media.decodeVideo(file, video, never);
    expect(mean(back.data, 0, 32 * 14)).toBeGreaterThan(0.9);
    expect(mean(back.data, 32 * 18, 32 * 32)).toBeLessThan(0.1);
  });

  it('come in from an animated GIF, transparent places white', async () => {
    const pages = await sharp({
      create: { width: 32, height: 64, channels: 4, pageHeight: 32, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    } as never)
      .gif({ delay: [500, 500] })
      .toBuffer();
    expect(colour(await media.decodeVideo(pages, video, never))).toEqual([1, 1, 1]);
  });

  it('say where they come from', async () => {
    for (const format of ['mp4', 'webm'] as const) {
      const file = await media.encodeVideo(plain([1, 1, 1]), { fps: 8, format, provenance }, never);
      expect(Buffer.from(file).toString('latin1')).toContain('trainedAlgorithmicMedia');
    }
  });

  it.each([
    ['mp4', 'wav'],
    ['webm', 'opus'],
  ] as const)('are muxed into %s with a %s so that both start together', async (format, sound) => {
    const clip = await media.encodeVideo(ramp(), { fps: 8, format, provenance }, never);
    const voice = await media.encodeAudio(tone(440), { sampleRate: 16_000, format: sound, provenance }, never);
    const muxed = await media.mux(clip, voice, { format, provenance }, never);
    const heard = await media.decodeAudio(muxed, audio, never);
    expect(strength(heard.data.slice(0, 2_000), 440)).toBeGreaterThan(0.1);
    const seen = await media.decodeVideo(muxed, video, never);
    expect(mean(seen.data, 7 * 1024, 8 * 1024)).toBeCloseTo(7 / 8, 1);
  });
});

describe('bad files', () => {
  it.each([
    [
      'text called .png',
      () => Buffer.from('hello world, this is text'),
      'image',
      'media_undecodable',
      'the file of 25 bytes is none of JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg, MP4, WebM',
    ],
    ['a 0-byte WAV', () => Buffer.alloc(0), 'audio', 'media_undecodable', 'the file has 0 bytes'],
    [
      'an SVG',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image',
      'media_undecodable',
      'is none of JPEG, PNG',
    ],
    [
      'a WAV without samples',
      () =>
        Buffer.from(
          'RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\0\0\0',
          'latin1',
        ),
      'audio',
      'media_undecodable',
      'the sound',
    ],
    [
      'a sound as a picture',
      () => media.encodeAudio(tone(440), { sampleRate: 16_000, format: 'wav', provenance }, never),
      'image',
      'media_type_mismatch',
      'the file is audio/wav; image is needed',
    ],
    [
      '30,000 x 30,000 pixels',
      () => hugePng(30_000, 30_000),
      'image',
      'media_too_large',
      'the picture has 30000 × 30000 pixels; at most 1000000 are accepted',
    ],
    [
      'an hour of sound',
      () => silentWav(3_600),
      'audio',
      'media_too_large',
      'the sound lasts 3600.0 s; at most 10 s are accepted',
    ],
    [
      'a sound of another coding',
      async () => {
        const file = Buffer.from(
          await media.encodeAudio(tone(440), { sampleRate: 16_000, format: 'wav', provenance }, never),
        );
        file.writeUInt16LE(2, 20); // ADPCM
        return file;
      },
      'audio',
      'media_undecodable',
      /^the sound is coded as adpcm_ms; PCM, /,
    ],
  ] as const)('%s is refused', async (_, make, kind, code, message) => {
    const bytes = await make();
    const decoded = kind === 'image' ? media.decodeImage(bytes, image, never) : media.decodeAudio(bytes, audio, never);
    await expect(decoded).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('a clip cut off anywhere is decoded as far as it goes, or refused', async () => {
    const whole = await media.encodeVideo(ramp(), { fps: 8, format: 'mp4', provenance }, never);
    for (const share of [0.1, 0.4, 0.7, 0.95]) {
      const outcome = await media
        .decodeVideo(whole.slice(0, Math.floor(whole.byteLength * share)), video, never)
        .catch((error: unknown) => error);
      if (outcome instanceof Error)
        expect(outcome).toMatchObject({ code: 'media_undecodable', message: expect.stringContaining('cut off') });
    }
  });

  it('random bytes behind real heads do no harm', async () => {
    let state = 12345;
    const random = (length: number) =>
      Uint8Array.from({ length }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16);
    const heads = [
      await flat().png().toBuffer(),
      await media.encodeAudio(tone(440), { sampleRate: 16_000, format: 'flac', provenance }, never),
      await media.encodeVideo(ramp(), { fps: 8, format: 'webm', provenance }, never),
    ];
    for (const head of heads) {
      for (let round = 0; round < 3; round += 1) {
        const bytes = Buffer.concat([head.slice(0, 60 + round * 40), random(2_000)]);
        const family = sniff(bytes)!.contentType.split('/')[0];
        const decoded =
          family === 'image'
            ? media.decodeImage(bytes, image, never)
            : family === 'audio'
              ? media.decodeAudio(bytes, audio, never)
              : media.decodeVideo(bytes, video, never);
        await decoded.catch((error: unknown) => expect(error).toMatchObject({ name: 'GenerationError' }));
      }
    }
    expect(colour(await media.decodeImage(await flat().png().toBuffer(), image, never))).toEqual([1, 0, 0]);
  });
});
