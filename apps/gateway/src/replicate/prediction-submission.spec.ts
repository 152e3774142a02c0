import { beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationError, parseSubmission } from '@medley/domain';
import { BundleCatalog, type CatalogEntry } from '../models/bundle-catalog.ts';
import { parsePredictionBody } from './prediction-body.ts';
import { translatePrediction } from './prediction-submission.ts';

const HERE = 'https://medley.example';
const FILE = `ast_${'1'.repeat(26)}`;
const GENERATION = `gen_${'2'.repeat(26)}`;

let entry: CatalogEntry;
beforeAll(async () => {
  entry = (await BundleCatalog.load('bundles', ['tiny-codi'])).entries[0]!;
});

const translate = (input: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
  translatePrediction(parsePredictionBody({ input, ...rest }), entry, [HERE]).submission;

/** The words of what is wrong, and where. */
function refusal(input: Record<string, unknown>): [message: string, pointer: string | undefined] {
  try {
    translate(input);
  } catch (error) {
    if (error instanceof GenerationError) return [error.message, error.pointer];
  }
  throw new Error('it was taken');
}

describe('translatePrediction', () => {
  it('makes a picture of a prompt', () => {
    const submission = translate({ prompt: 'a dog' });
    expect(submission).toEqual({
      model: 'tiny-codi',
      conditions: [{ type: 'text', text: 'a dog' }],
      outputs: [{ type: 'image' }],
    });
    expect(() => parseSubmission(submission)).not.toThrow();
  });

  it('has a word for everything', () => {
    const submission = translate(
      {
        prompt: ['a dog', 'a cat'],
        negative_prompt: 'a bird',
        image: `${HERE}/replicate/v1/files/${FILE}`,
        audio: ['https://example.com/a.wav', 'data:audio/wav;base64,AA=='],
        video: `${HERE}/v1/generations/${GENERATION}/outputs/33?expires=1&signature=a`,
        weights: { prompt: [1, 0.5], audio: 0.2 },
        outputs: ['image', 'audio', 'video', 'text'],
        output_format: ['webm', 'webp'],
        num_outputs: 2,
        seed: 7,
        num_inference_steps: 5,
        guidance_scale: 2,
        scheduler: 'ddim',
        width: 64,
        duration: 1,
        fps: 8,
        max_tokens: 9,
      },
      { webhook: 'https://example.com/', webhook_events_filter: ['start', 'completed'] },
    );
    expect(submission).toEqual({
      model: 'tiny-codi',
      conditions: [
        { type: 'text', text: 'a dog', weight: 1 },
        { type: 'text', text: 'a cat', weight: 0.5 },
        { type: 'image', asset: FILE },
        { type: 'audio', url: 'https://example.com/a.wav', weight: 0.2 },
        { type: 'audio', data: 'data:audio/wav;base64,AA==', weight: 0.2 },
        { type: 'video', asset: `ast_${'2'.repeat(26)}11` },
      ],
      negative: 'a bird',
      outputs: [
        { type: 'image', format: 'webp', width: 64 },
        { type: 'audio', seconds: 1 },
        { type: 'video', format: 'webm', width: 64, seconds: 1, fps: 8 },
        { type: 'text', max_tokens: 9 },
      ],
      samples: 2,
      seed: 7,
      steps: 5,
      guidance: 2,
      sampler: 'ddim',
      webhook: {
        url: 'https://example.com/',
        events: ['generation.progress', 'generation.succeeded', 'generation.failed', 'generation.canceled'],
      },
    });
    expect(() => parseSubmission(submission)).not.toThrow();
  });

  it('takes null and an empty negative prompt for nothing', () => {
    expect(translate({ prompt: 'a dog', negative_prompt: '', seed: null, image: null })).toEqual(
      translate({ prompt: 'a dog' }),
    );
  });

  it('fetches from everywhere else', () => {
    const image = `https://elsewhere.example/replicate/v1/files/${FILE}`;
    expect(translate({ image })).toMatchObject({ conditions: [{ type: 'image', url: image }] });
  });

  it.each([
    [{}, 'input has none of prompt, image, audio, video; give at least one', '/input'],
    [{ prompt: 3 }, 'input.prompt is 3; a text of 1 to 2000 characters, or a list of such', '/input/prompt'],
    [{ prompt: 'a', strength: 1 }, 'input.strength is not a field of this request', '/input/strength'],
    [{ prompt: 'a', seed: -1 }, 'input.seed is -1;', '/input/seed'],
    [{ image: ['data:image/png;base64,AA==', 'dog.png'] }, 'input.image[1] is "dog.png"; send a URL', '/input/image/1'],
    [{ image: 'ftp://example.com/a' }, 'input.image is "ftp://example.com/a"; send a URL', '/input/image'],
    [
      { prompt: 'a', weights: { audio: 1 } },
      'input.weights.audio is 1; there is no input.audio',
      '/input/weights/audio',
    ],
    [
      { prompt: ['a', 'b'], weights: { prompt: [1] } },
      'input.weights.prompt is [1]; input.prompt has 2 values',
      '/input/weights/prompt',
    ],
    [
      { prompt: 'a', output_format: 'jpg' },
      'input.output_format is "jpg"; image is made as png, webp',
      '/input/output_format',
    ],
    [
      { prompt: 'a', output_format: ['png', 'webp'] },
      'input.output_format is "webp"; png is given',
      '/input/output_format',
    ],
    [{ prompt: 'a', fps: 8 }, 'input.fps is 8; it says something of video, and outputs are image', '/input/fps'],
    [
      { prompt: 'a', outputs: ['song'] },
      'input.outputs is a list of 1; one of text, image, audio, video',
      '/input/outputs',
    ],
  ])('refuses %j', (input, words, pointer) => {
    const [message, place] = refusal(input);
    expect(message).toContain(words);
    expect(place).toBe(pointer);
  });
});
