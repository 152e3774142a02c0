import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { GenerationBody } from '@medley/client';
import { Service } from '@medley/testing/service';
import { contents, digests, download, expectSuccess, follow } from './fixtures/outputs.ts';
import { Studio } from './fixtures/studio.ts';

jest.setTimeout(120_000);

let service: Service | undefined;
let studio: Studio | undefined;

beforeAll(async () => {
  studio = await Studio.open();
  service = await Service.start({ models: ['tiny-codi'], logs: 'e2e-strict' });
});
afterAll(async () => {
  await Promise.all([service?.stop(), studio?.close()]);
});

const TEXT = { type: 'text', text: 'a dog on a blue background, bouncing' } as const;
const EVERYTHING: GenerationBody = {
  conditions: [TEXT],
  outputs: [{ type: 'image' }, { type: 'audio' }, { type: 'video' }, { type: 'text' }],
  seed: 7,
  steps: 8,
  determinism: 'strict',
};

/** sha256 of each output's file. */
async function files(body: GenerationBody): Promise<Record<string, string>> {
  const { generation } = await follow(service!.client, body);
  expectSuccess(generation);
  return digests(generation);
}

/** sha256 of what each output holds, whatever its file says of the settings. */
async function made(body: GenerationBody): Promise<Record<string, string>> {
  const { generation } = await follow(service!.client, body);
  expectSuccess(generation);
  return contents(studio!, await download(service!.client, generation));
}

describe('strict', () => {
  it('makes the same bytes of the same seed, alone and among nine others', async () => {
    const alone = await files(EVERYTHING);
    expect(Object.keys(alone).sort()).toEqual(['audio-0', 'image-0', 'muxed-0', 'text-0', 'video-0']);
    const others = Array.from({ length: 9 }, (_, index): GenerationBody => ({
      ...EVERYTHING,
      seed: 100 + index,
      outputs: EVERYTHING.outputs.slice(index % 4),
      guidance: index,
      samples: 1 + (index % 2),
      determinism: index % 3 === 0 ? 'strict' : 'tolerant',
    }));
    const [among] = await Promise.all([files(EVERYTHING), ...others.map(files)]);
    expect(among).toEqual(alone);
  });

  it('does not care in which order outputs are asked for', async () => {
    const reversed = await made({ ...EVERYTHING, outputs: [...EVERYTHING.outputs].reverse() });
    expect(reversed).toEqual(await made(EVERYTHING));
  });

  it('makes other bytes of another seed', async () => {
    const [first, second] = await Promise.all([made(EVERYTHING), made({ ...EVERYTHING, seed: 8 })]);
    for (const [name, digest] of Object.entries(first)) expect([name, second[name]]).not.toEqual([name, digest]);
  });

  it('makes another sample of each output that differs from the first', async () => {
    const both = await made({ ...EVERYTHING, samples: 2 });
    for (const type of ['image', 'audio', 'video']) expect(both[`${type}-1`]).not.toBe(both[`${type}-0`]);
  });
});

describe('joint generation', () => {
  const pair = (guidance: number): GenerationBody => ({
    ...EVERYTHING,
    outputs: [{ type: 'image' }, { type: 'audio', guidance }],
  });

  it('lets an output hear what becomes of the other', async () => {
    // The picture's own noise, condition and guidance are the same; only the sound takes another way.
    const [quiet, loud, again] = await Promise.all([made(pair(1)), made(pair(12)), made(pair(1))]);
    expect(loud['image-0']).not.toBe(quiet['image-0']);
    expect(again).toEqual(quiet);
  });

  it('lets an output hear that another is there', async () => {
    const [together, alone] = await Promise.all([made(pair(7)), made({ ...EVERYTHING, outputs: [{ type: 'image' }] })]);
    expect(together['image-0']).not.toBe(alone['image-0']);
  });
});
