import { describe, expect, it } from '@jest/globals';
import { parseProgressFromLogs, type Prediction } from 'replicate';
import type { GenerationRequest, GenerationResult, OutputRecord } from '@medley/domain';
import { viewPrediction } from './prediction-view.ts';

const request: GenerationRequest = {
  v: 1,
  id: `gen_${'3'.repeat(26)}`,
  owner: 'key_1',
  created_at: '2026-01-01T00:00:00.000Z',
  bundle: { name: 'book', digest: 'd'.repeat(64) },
  conditions: [
    { type: 'image', url: 'https://example.com/a.png', weight: 0.5 },
    { type: 'text', text: 'a dog', weight: 1 },
    { type: 'image', asset: { id: 'ast_1', content_type: 'image/png', sha256: '', bytes: 1 }, weight: 1 },
  ],
  negative: 'a cat',
  outputs: [{ type: 'image', format: 'png', guidance: 3 }],
  steps: 8,
  sampler: 'ddim',
  samples: 2,
  seed: 42,
  determinism: 'tolerant',
  priority: 'normal',
  metadata: {},
};
const links = { base: 'https://medley.example', secret: 'a secret of the tests' };
const file = (type: OutputRecord['type'], role: OutputRecord['role'] = 'primary', text?: string): OutputRecord => ({
  type,
  role,
  sample: 0,
  key: 'key',
  sha256: '',
  bytes: 1,
  content_type: 'image/png',
  ...(text === undefined ? {} : { text }),
});
const result = (changes: Partial<GenerationResult>): GenerationResult => ({
  v: 1,
  id: request.id,
  request,
  status: 'succeeded',
  outputs: [],
  seed: 42,
  timings: {
    encode_started: Date.parse('2026-01-01T00:00:01.000Z'),
    committed: Date.parse('2026-01-01T00:00:03.000Z'),
  },
  bundle: request.bundle,
  epoch: 1,
  commit_token: '',
  committed_at: '2026-01-01T00:00:03.000Z',
  ...changes,
});

describe('viewPrediction', () => {
  it('shows what was accepted, under the names of the inputs', () => {
    const view: Prediction = viewPrediction({ request }, links) as unknown as Prediction;
    expect(view).toMatchObject({
      id: request.id,
      model: 'medley/book',
      version: request.bundle.digest,
      status: 'starting',
      output: null,
      input: {
        prompt: 'a dog',
        image: ['https://example.com/a.png', 'https://medley.example/replicate/v1/files/ast_1'],
        negative_prompt: 'a cat',
        weights: { prompt: 1, image: [0.5, 1] },
        outputs: ['image'],
        seed: 42,
        num_inference_steps: 8,
        num_outputs: 2,
      },
      logs: 'Using seed: 42',
      started_at: null,
      urls: { get: `https://medley.example/replicate/v1/predictions/${request.id}` },
    });
  });

  it('has logs that the client reads progress from', () => {
    const live = { status: 'diffusing', progress: { step: 2, steps: 8 }, timings: {} };
    const view = viewPrediction({ request, live: live as never }, links);
    expect(view.status).toBe('processing');
    expect(parseProgressFromLogs(view.logs)).toEqual({ percentage: 0.25, current: 2, total: 8 });
  });

  it('lists what one output made, each sample', () => {
    const view = viewPrediction({ request, result: result({ outputs: [file('image'), file('image')] }) }, links);
    expect(view.output).toEqual([0, 1].map((index) => expect.stringContaining(`/outputs/${index}?expires=`)));
    expect(view.metrics).toEqual({ predict_time: 2, total_time: 3 });
    expect([view.status, view.started_at, view.completed_at]).toEqual([
      'succeeded',
      '2026-01-01T00:00:01.000Z',
      '2026-01-01T00:00:03.000Z',
    ]);
  });

  it('names several outputs, and shows texts and inline files as they are', () => {
    const joint = { ...request, outputs: [...request.outputs, { type: 'text' as const, format: 'txt', guidance: 3 }] };
    const outputs = [file('image'), file('text', 'primary', 'a dog'), file('video', 'muxed')];
    const options = { files: new Map([[0, 'data:image/png;base64,AA==']]) };
    const view = viewPrediction({ request: joint, result: result({ request: joint, outputs }) }, links, options);
    expect(view.output).toEqual({
      image: ['data:image/png;base64,AA=='],
      text: ['a dog'],
      muxed: [expect.stringContaining('/outputs/2?')],
    });
  });

  it('says why it failed by the name of the input', () => {
    const error = {
      code: 'url_unreachable',
      message: 'conditions[0].url is a; it answered 404',
      pointer: '/conditions/0/url',
    };
    const view = viewPrediction({ request, result: result({ status: 'failed', error }) }, links);
    expect([view.status, view.error, view.output]).toEqual(['failed', 'input.image[0] is a; it answered 404', null]);
  });
});
