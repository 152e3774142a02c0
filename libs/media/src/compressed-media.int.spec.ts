import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Tensor } from '@medley/tensor';
import sharp, { type Sharp } from 'sharp';
import { Media, MediaPool, sniff } from './index.ts';
import { faststart, firstSamples } from './media.fixture.ts';

// Every encoder of the build makes a file first, on a machine that may do much else.
jest.setTimeout(180_000);

const { signal } = new AbortController();
const image = { width: 64, height: 48, maxPixels: 1_000_000 };
const audio = { sampleRate: 16_000, channels: 1, samples: 16_000, maxSeconds: 10 };
const video = { width: 32, height: 32, frames: 8, fps: 8, maxSeconds: 10 };
const UNDECODABLE = { code: 'media_undecodable' };
const CUT_OFF = { ...UNDECODABLE, message: expect.stringContaining('cut off') };
/** A head may stand before less than it says. */
const short = (what: string, decoded: RegExp) => ({
  ...UNDECODABLE,
  message: expect.stringMatching(
    new RegExp(
      `^the ${what} says that it lasts 1.0 s, ${decoded.source} s of it could be decoded; it may be cut off or damaged$`,
    ),
  ),
});

let folder: string;
let pool: MediaPool;
let media: Media;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-media-'));
  const program = fileURLToPath(new URL('./media-files.fixture.ts', import.meta.url));
  const writer = spawn(process.execPath, [program, folder], { stdio: 'ignore' });
  const [code] = (await once(writer, 'exit')) as [number | null];
  expect(code).toBe(0);
  pool = await MediaPool.start({ children: 1, sandbox: 'auto' });
  media = new Media(pool);
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

const SOUNDS: readonly [name: string, contentType: string][] = [
  ['mp3', 'audio/mpeg'],
  ['vorbis.ogg', 'audio/ogg'],
  ['opus.ogg', 'audio/ogg'],
  ['flac.ogg', 'audio/ogg'],
  ['flac', 'audio/flac'],
  ['u8.wav', 'audio/wav'],
  ['s16.wav', 'audio/wav'],
  ['s24.wav', 'audio/wav'],
  ['f32.wav', 'audio/wav'],
  ['alaw.wav', 'audio/wav'],
  ['mulaw.wav', 'audio/wav'],
  ['aac.m4a', 'video/mp4'],
  ['alac.m4a', 'video/mp4'],
  ['opus.mp4', 'video/mp4'],
  ['opus.webm', 'video/webm'],
  ['vorbis.webm', 'video/webm'],
];
const CLIPS: readonly [name: string, contentType: string][] = [
  ['h264.mp4', 'video/mp4'],
  ['hevc.mp4', 'video/mp4'],
  ['av1.mp4', 'video/mp4'],
  ['mpeg4.mp4', 'video/mp4'],
  ['h264.mov', 'video/mp4'],
  ['vp8.webm', 'video/webm'],
  ['vp9.webm', 'video/webm'],
  ['av1.webm', 'video/webm'],
];
const PICTURES = {
  'image/jpeg': (picture: Sharp) => picture.jpeg(),
  'image/png': (picture: Sharp) => picture.png(),
  'image/webp': (picture: Sharp) => picture.webp(),
  'image/gif': (picture: Sharp) => picture.gif(),
} as const;
const KINDS = Object.keys(PICTURES) as (keyof typeof PICTURES)[];

const file = (name: string) => readFile(join(folder, name));

/** A picture in which no two rows are alike. */
function picture(kind: keyof typeof PICTURES): Promise<Buffer> {
  const raw = Buffer.from(Uint8Array.from({ length: 160 * 120 * 3 }, (_, at) => (at * at) % 251));
  return PICTURES[kind](sharp(raw, { raw: { width: 160, height: 120, channels: 3 } })).toBuffer();
}

/** Strength of 440 Hz (Goertzel) in 0.4 s from the middle. */
function heard({ data }: Tensor<'float32'>): number {
  let [real, imaginary] = [0, 0];
  data.subarray(4_800, 11_200).forEach((value, at) => {
    real += value * Math.cos((2 * Math.PI * 440 * at) / 16_000);
    imaginary += value * Math.sin((2 * Math.PI * 440 * at) / 16_000);
  });
  return Math.hypot(real, imaginary) / 6_400;
}

/** Mean brightness of each frame. */
function brightness({ data }: Tensor<'float32'>): number[] {
  return Array.from({ length: 8 }, (_, frame) => {
    const shown = data.subarray(frame * 1024, (frame + 1) * 1024);
    return shown.reduce((sum, value) => sum + value, 0) / 1024;
  });
}

const isSound = (name: string) => SOUNDS.some(([sound]) => sound === name);
/** The decoding of (a part of) a file as what it is. */
const decode = (name: string, bytes: Buffer): Promise<Tensor<'float32'>> =>
  isSound(name) ? media.decodeAudio(bytes, audio, signal) : media.decodeVideo(bytes, video, signal);

describe('files that others made', () => {
  it.each(SOUNDS)('are heard: %s', async (name, contentType) => {
    const bytes = await file(name);
    expect(sniff(bytes)?.contentType).toBe(contentType);
    const sound = await media.decodeAudio(bytes, audio, signal);
    expect(sound.shape).toEqual([1, 16_000]);
    expect(heard(sound)).toBeGreaterThan(0.2);
  });

  it('are heard: an MP3 without tags', async () => {
    const tagged = await file('mp3');
    const size = tagged.subarray(6, 10).reduce((sum, value) => sum * 128 + value, 0);
    expect(tagged.subarray(0, 3).toString()).toBe('ID3');
    const bare = tagged.subarray(10 + size);
    expect(sniff(bare)?.contentType).toBe('audio/mpeg');
    expect(heard(await media.decodeAudio(bare, audio, signal))).toBeGreaterThan(0.2);
  });

  it.each(CLIPS)('are seen: %s', async (name, contentType) => {
    const bytes = await file(name);
    expect(sniff(bytes)?.contentType).toBe(contentType);
    const seen = brightness(await media.decodeVideo(bytes, video, signal));
    seen.forEach((value, frame) => expect(Math.abs(value - frame / 8)).toBeLessThan(0.06));
  });

  it.each(['uneven.mp4', 'uneven.webm'])('are seen to their end where their sound goes on: %s', async (name) => {
    const bytes = await file(name);
    const seen = brightness(await media.decodeVideo(bytes, video, signal));
    seen.forEach((value, frame) => expect(Math.abs(value - frame / 8)).toBeLessThan(0.06));
    const longer = { ...video, frames: 24 };
    expect((await media.decodeVideo(bytes, longer, signal)).shape).toEqual([3, 24, 32, 32]);
    expect(heard(await media.decodeAudio(bytes, audio, signal))).toBeGreaterThan(0.2);
  });

  it.each(KINDS)('are seen: %s', async (kind) => {
    const bytes = await picture(kind);
    expect(sniff(bytes)?.contentType).toBe(kind);
    expect((await media.decodeImage(bytes, image, signal)).shape).toEqual([3, 48, 64]);
  });

  it.each(['aac', 'h264.mkv', 'avif'])('are refused when they are of another kind: %s', async (name) => {
    const bytes = await file(name);
    expect(sniff(bytes)).toBeUndefined();
    for (const refused of [
      media.decodeImage(bytes, image, signal),
      media.decodeAudio(bytes, audio, signal),
      media.decodeVideo(bytes, video, signal),
    ])
      await expect(refused).rejects.toMatchObject({
        ...UNDECODABLE,
        message: `the file of ${bytes.byteLength} bytes is none of JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg, MP4, WebM`,
      });
  });
});

describe('files that were cut off', () => {
  const all = [...SOUNDS, ...CLIPS].map(([name]) => name);

  it.each(all)('behind their head are refused: %s', async (name) => {
    const bytes = await file(name);
    await expect(decode(name, bytes.subarray(0, 48))).rejects.toMatchObject(CUT_OFF);
  });

  it.each(all)('in their middle are taken as far as they go, or refused: %s', async (name) => {
    const bytes = await file(name);
    const outcome = await decode(name, bytes.subarray(0, bytes.byteLength >> 1)).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject(CUT_OFF);
  });

  it.each(CLIPS.map(([name]) => name).filter((name) => /mp4|mov/.test(name)))(
    'are refused where too little is left of what their head says: %s',
    async (name) => {
      const bytes = faststart(await file(name));
      const half = firstSamples(bytes, 4);
      await expect(media.decodeVideo(half, video, signal)).rejects.toMatchObject(short('clip', /0\.[34567]/));
      // As much as is used is there.
      expect((await media.decodeVideo(half, { ...video, frames: 2 }, signal)).shape).toEqual([3, 2, 32, 32]);
      expect((await media.decodeVideo(bytes, video, signal)).shape).toEqual([3, 8, 32, 32]);
      await expect(decode(name, bytes.subarray(0, bytes.byteLength >> 1))).rejects.toMatchObject(CUT_OFF);
    },
  );

  const middle = (bytes: Buffer, begin: number) => bytes.subarray(0, (begin + bytes.byteLength) >> 1);
  const samples = (bytes: Buffer) => bytes.indexOf('data') + 8;

  it.each([
    ...['u8.wav', 's16.wav', 's24.wav', 'f32.wav', 'alaw.wav', 'mulaw.wav'].map(
      (name) => [name, (bytes: Buffer) => middle(bytes, samples(bytes))] as const,
    ),
    ['opus.webm', (bytes: Buffer) => middle(bytes, 0)],
    ['aac.m4a', (bytes: Buffer) => firstSamples(faststart(bytes), 25)],
    ['opus.mp4', (bytes: Buffer) => firstSamples(faststart(bytes), 25)],
  ] as const)('are refused where too little is left of what their head says: %s', async (name, cut) => {
    const half = cut(await file(name));
    await expect(media.decodeAudio(half, audio, signal)).rejects.toMatchObject(short('sound', /0\.[456]/));
    expect((await media.decodeAudio(half, { ...audio, samples: 4_000 }, signal)).shape).toEqual([1, 4_000]);
  });

  it.each([0, 0x7fff_ffff, 0xffff_ffff])(
    'are taken as they are where their head says no length: a WAV of %i',
    async (size) => {
      const streamed = Buffer.from(await file('s16.wav'));
      streamed.writeUInt32LE(size, samples(streamed) - 4);
      const sound = await media.decodeAudio(middle(streamed, samples(streamed)), audio, signal);
      expect(heard(sound)).toBeGreaterThan(0.1);
    },
  );

  it.each(KINDS)('are refused wherever that is: %s', async (kind) => {
    const bytes = await picture(kind);
    for (const share of [0.1, 0.5, 0.9])
      await expect(media.decodeImage(bytes.subarray(0, bytes.byteLength * share), image, signal)).rejects.toMatchObject(
        {
          ...UNDECODABLE,
          message: expect.stringMatching(/^the picture can't be decoded, it may be cut off or damaged: /),
        },
      );
  });
});

describe('files that are not what they are sent as', () => {
  const mismatch = (contentType: string, needed: string) => ({
    code: 'media_type_mismatch',
    message: `the file is ${contentType}; ${needed} is needed`,
  });

  it.each([...SOUNDS, ...CLIPS])('are refused as a picture: %s', async (name, contentType) => {
    const decoded = media.decodeImage(await file(name), image, signal);
    await expect(decoded).rejects.toMatchObject(mismatch(contentType, 'image'));
  });

  it.each(KINDS)('are refused as a sound: %s', async (kind) => {
    const decoded = media.decodeAudio(await picture(kind), audio, signal);
    await expect(decoded).rejects.toMatchObject(mismatch(kind, 'audio or video'));
  });

  it.each(SOUNDS.filter(([, contentType]) => contentType.startsWith('audio/')))(
    'are refused as a clip: %s',
    async (name, contentType) => {
      const decoded = media.decodeVideo(await file(name), video, signal);
      await expect(decoded).rejects.toMatchObject(mismatch(contentType, 'video or image'));
    },
  );

  it('are refused as a clip where they hold sound alone, and as a sound where they hold pictures alone', async () => {
    const seen = media.decodeVideo(await file('aac.m4a'), video, signal);
    await expect(seen).rejects.toMatchObject({ ...UNDECODABLE, message: 'the file holds no pictures' });
    const sound = media.decodeAudio(await file('vp9.webm'), audio, signal);
    await expect(sound).rejects.toMatchObject({ ...UNDECODABLE, message: 'the file holds no sound' });
  });

  it('are refused when the head of one kind stands before the bytes of another', async () => {
    const [mp3, flac] = await Promise.all([file('mp3'), file('flac')]);
    const damaged = { ...UNDECODABLE, message: expect.stringContaining('cut off or damaged') };
    const png = Buffer.concat([(await picture('image/png')).subarray(0, 8), mp3]);
    await expect(media.decodeImage(png, image, signal)).rejects.toMatchObject(damaged);
    for (const bytes of [
      Buffer.concat([Buffer.from('fLaC'), mp3.subarray(4)]),
      Buffer.concat([Buffer.from('OggS'), flac.subarray(4)]),
    ])
      await expect(media.decodeAudio(bytes, audio, signal)).rejects.toMatchObject(damaged);
  });

  it('are refused when they are empty, whatever they should be', async () => {
    const nothing = { ...UNDECODABLE, message: 'the file has 0 bytes' };
    await expect(media.decodeImage(Buffer.alloc(0), image, signal)).rejects.toMatchObject(nothing);
    await expect(media.decodeAudio(Buffer.alloc(0), audio, signal)).rejects.toMatchObject(nothing);
    await expect(media.decodeVideo(Buffer.alloc(0), video, signal)).rejects.toMatchObject(nothing);
  });
});
