import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ConditionBody, OutputBody } from '@medley/client';
import type { Modality } from '@medley/domain';
import { Service } from '@medley/testing/service';
import { Judges } from './fixtures/judges.ts';
import { download, expectSuccess, follow, type OutputFile } from './fixtures/outputs.ts';
import { Studio, dataUri } from './fixtures/studio.ts';

jest.setTimeout(420_000);

const BUNDLE = fileURLToPath(new URL('../../../bundles/picturebook', import.meta.url));

/** Scenes of the book: thing, background, motion. */
const SCENES = [
  ['dog', 'blue', 'bouncing'],
  ['cat', 'red', 'spinning'],
  ['horse', 'green', 'sliding'],
  ['penguin', 'yellow', 'still'],
  ['apple', 'white', 'pulsing'],
  ['banana', 'purple', 'bouncing'],
  ['pizza', 'black', 'spinning'],
  ['car', 'pink', 'sliding'],
  ['rocket', 'blue', 'still'],
  ['guitar', 'green', 'pulsing'],
  ['umbrella', 'yellow', 'bouncing'],
  ['key', 'red', 'spinning'],
].map(([thing, colour, motion], index) => ({ thing: thing!, colour: colour!, motion: motion!, seed: 1 + index }));
type Scene = (typeof SCENES)[number];

/**
 * How many of the twelve scenes have to be right. Chance is less than one for a thing, two for a colour. Each is a little
 * under what the committed weights reach: this asks whether the service gets out of them what is in them.
 */
const LEAST = { picture: 10, sound: 11, caption: 11, clip: 10, motion: 6, pictureOfSound: 10, soundOfPicture: 10 };

const OUTPUTS: OutputBody[] = [{ type: 'text' }, { type: 'image' }, { type: 'audio' }, { type: 'video' }];

let service: Service | undefined;
let studio: Studio | undefined;
let judges: Judges | undefined;

beforeAll(async () => {
  studio = await Studio.open();
  judges = await Judges.open(BUNDLE);
  service = await Service.start({ models: ['picturebook'], logs: 'e2e-picturebook' });
});
afterAll(async () => {
  await Promise.all([service?.stop(), studio?.close(), judges?.close()]);
});

/** Generates every scene with the bundle's own settings. */
async function generate(
  conditions: (scene: Scene, index: number) => ConditionBody[],
  outputs: OutputBody[],
): Promise<OutputFile[][]> {
  return Promise.all(
    SCENES.map(async (scene, index) => {
      const { generation } = await follow(service!.client, {
        conditions: conditions(scene, index),
        outputs,
        seed: scene.seed,
      });
      expectSuccess(generation);
      return download(service!.client, generation);
    }),
  );
}

const of = (files: readonly OutputFile[], type: Modality) =>
  files.find((file) => file.type === type && file.role === 'primary')!;

/** What was judged beside what was asked, and how many agree. */
function compare(asked: (scene: Scene) => string, judged: readonly (string | undefined)[]) {
  const table = SCENES.map((scene, index) => `${asked(scene)}: ${judged[index] ?? 'nothing'}`);
  return { table, right: SCENES.filter((scene, index) => asked(scene) === judged[index]).length };
}

function expectRight({ table, right }: ReturnType<typeof compare>, least: number): void {
  // The table says in the report which were not.
  expect({ right: Math.min(right, least), table }).toEqual({ right: least, table });
}

const judgePicture = async (files: readonly OutputFile[]) =>
  judges!.picture(await studio!.decode(of(files, 'image').file));
const judgeSound = async (files: readonly OutputFile[]) => judges!.sound(await studio!.decode(of(files, 'audio').file));

describe('outputs that were generated together', () => {
  let made: OutputFile[][];

  beforeAll(async () => {
    const words = ({ thing, colour, motion }: Scene): ConditionBody[] => [
      { type: 'text', text: `${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing} on a ${colour} background, ${motion}` },
    ];
    made = await generate(words, OUTPUTS);
  });

  it('show what was asked', async () => {
    const pictures = await Promise.all(made.map(judgePicture));
    expectRight(
      compare(
        ({ thing }) => thing,
        pictures.map(({ thing }) => thing),
      ),
      LEAST.picture,
    );
    expectRight(
      compare(
        ({ colour }) => colour,
        pictures.map(({ colour }) => colour),
      ),
      LEAST.picture,
    );
  });

  it('say it', async () => {
    const sounds = await Promise.all(made.map(judgeSound));
    expectRight(
      compare(
        ({ thing }) => thing,
        sounds.map(({ thing }) => thing),
      ),
      LEAST.sound,
    );
  });

  it('name it', () => {
    const captions = made.map((files) => judges!.caption(of(files, 'text').text!));
    expectRight(
      compare(
        ({ thing }) => thing,
        captions.map(({ thing }) => thing),
      ),
      LEAST.caption,
    );
  });

  it('show it, and move as told', async () => {
    const clips = await Promise.all(
      made.map(async (files) => judges!.clip(await studio!.decode(of(files, 'video').file, { frames: 12, fps: 12 }))),
    );
    expectRight(
      compare(
        ({ thing }) => thing,
        clips.map(({ thing }) => thing),
      ),
      LEAST.clip,
    );
    expectRight(
      compare(
        ({ motion }) => motion,
        clips.map(({ motion }) => motion),
      ),
      LEAST.motion,
    );
  });

  it('last as long as each other', () => {
    for (const files of made) expect(of(files, 'video').seconds).toBe(of(files, 'audio').seconds);
  });

  it('are heard by a picture, and seen by a sound', async () => {
    const given = (type: 'image' | 'audio', contentType: string) => (_: Scene, index: number) => [
      { type, data: dataUri(contentType, of(made[index]!, type).file) },
    ];
    const [pictures, sounds] = await Promise.all([
      generate(given('audio', 'audio/wav'), [{ type: 'image' }]),
      generate(given('image', 'image/png'), [{ type: 'audio' }]),
    ]);
    const shown = await Promise.all(pictures.map(judgePicture));
    const said = await Promise.all(sounds.map(judgeSound));
    expectRight(
      compare(
        ({ thing }) => thing,
        shown.map(({ thing }) => thing),
      ),
      LEAST.pictureOfSound,
    );
    expectRight(
      compare(
        ({ thing }) => thing,
        said.map(({ thing }) => thing),
      ),
      LEAST.soundOfPicture,
    );
  });
});
