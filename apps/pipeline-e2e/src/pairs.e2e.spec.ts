import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ConditionBody, OutputBody } from '@medley/client';
import { MODALITIES, type Modality } from '@medley/domain';
import { Service } from '@medley/testing/service';
import { readFacts, type Facts } from './fixtures/containers/facts.ts';
import { faultsOf, logged, readLog } from './fixtures/event-log.ts';
import { download, expectSuccess, follow, type Ended } from './fixtures/outputs.ts';
import { Studio, dataUri } from './fixtures/studio.ts';

jest.setTimeout(420_000);

const STEPS = 2;
type Media = Exclude<Modality, 'text'>;

/** The 15 sets that are not empty. */
const SETS = Array.from({ length: 15 }, (_, index) => MODALITIES.filter((_, bit) => ((index + 1) >> bit) & 1));
const PAIRS = SETS.flatMap((conditions, row) =>
  SETS.map((outputs, column) => ({
    name: `${conditions.join('+')} → ${outputs.join('+')}`,
    conditions,
    outputs,
    index: row * SETS.length + column,
  })),
);

/** What the bundle of this test makes (bundles/tiny-codi/bundle.json). */
const MADE: Record<Media | 'muxed', Facts> = {
  image: { contentType: 'image/png', width: 64, height: 64 },
  audio: { contentType: 'audio/wav', channels: 1, sampleRate: 16_000, seconds: 1, tracks: ['audio'] },
  video: { contentType: 'video/mp4', width: 64, height: 64, frames: 8, seconds: 1, tracks: ['video'] },
  muxed: { contentType: 'video/mp4', width: 64, height: 64, frames: 8, seconds: 1, tracks: ['video', 'audio'] },
};
const FRAMES_PER_SECOND = 8;
/** A sound coded in whole frames may end one later than the clip. */
const MUXED_SLACK_SECONDS = 0.15;

let service: Service | undefined;
let studio: Studio | undefined;
const ended = new Map<string, Promise<Ended>>();
const begunAnew: string[] = [];

beforeAll(async () => {
  studio = await Studio.open();
  service = await Service.start({ models: ['tiny-codi'], logs: 'e2e-pairs' });
  const { client } = service;
  const files = { image: await studio.png(0.2), audio: await studio.wav(440), video: await studio.mp4(0.4) };
  const types = { image: 'image/png', audio: 'audio/wav', video: 'video/mp4' };
  const assets: Partial<Record<Media, string>> = {};
  for (const type of ['image', 'audio', 'video'] as const)
    assets[type] = (await client.upload(new Blob([new Uint8Array(files[type])], { type: types[type] }))).id;
  // Files are given as an asset or inline, in turn.
  const condition = (type: Modality, index: number): ConditionBody =>
    type === 'text'
      ? { type, text: `picture ${index} of a dog` }
      : index % 2 === 0
        ? { type, asset: assets[type]! }
        : { type, data: dataUri(types[type], files[type]) };
  for (const { name, conditions, outputs, index } of PAIRS) {
    const body = {
      conditions: conditions.map((type) => condition(type, index)),
      outputs: outputs.map((type): OutputBody => ({ type })),
      steps: STEPS,
      seed: index,
    };
    const end = follow(client, body);
    end.catch(() => undefined); // Its test says so.
    ended.set(name, end);
  }
  await Promise.allSettled(ended.values());
});
afterAll(async () => {
  await Promise.all([service?.stop(), studio?.close()]);
});

it.each(PAIRS)('makes $name', async ({ name, outputs }) => {
  const { generation, events } = await ended.get(name)!;
  expectSuccess(generation);
  expect(generation.steps).toBe(STEPS);
  const both = outputs.includes('audio') && outputs.includes('video');
  const files = await download(service!.client, generation);
  expect(files.map((file) => file.name).sort()).toEqual(
    [...outputs, ...(both ? ['muxed'] : [])].map((type) => `${type}-0`).sort(),
  );
  for (const output of files) {
    if (output.type === 'text') {
      expect(output.content_type).toBe('text/plain; charset=utf-8');
      expect(Buffer.from(output.file).toString('utf8')).toBe(output.text);
      continue;
    }
    const { seconds, starts, ...facts } = readFacts(output.file);
    const muxed = output.role === 'muxed';
    const { seconds: expected, ...made } = MADE[muxed ? 'muxed' : output.type];
    expect(facts).toEqual(made);
    expect(output.content_type).toBe(facts.contentType);
    if (muxed) expect(Math.abs(starts![0]! - starts![1]!)).toBeLessThanOrEqual(1 / FRAMES_PER_SECOND);
    if (expected !== undefined) {
      expect(output.seconds).toBe(expected);
      expect(Math.abs(seconds! - expected)).toBeLessThanOrEqual(muxed ? MUXED_SLACK_SECONDS : 0);
    }
    expect((await studio!.decode(output.file)).every(Number.isFinite)).toBe(true);
  }

  const log = await readLog(service!, generation.id);
  if (log[0]?.type === 'snapshot') {
    // Redis was too slow for its first start; a second epoch's log is not whole.
    begunAnew.push(name);
    expect(log.at(-1)!.type).toBe('succeeded');
    return;
  }
  expect(faultsOf(log, STEPS)).toEqual([]);
  expect(logged(events)).toEqual(logged(log));
  expect(log.filter(({ type }) => type === 'output').length).toBe(files.length);
});

it('tells every event of nearly all of them', () => {
  expect(begunAnew.length).toBeLessThanOrEqual(PAIRS.length / 20);
});
