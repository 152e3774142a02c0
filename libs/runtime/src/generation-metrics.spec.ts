import { describe, expect, it } from '@jest/globals';
import { generationResult, type GenerationResult } from '@medley/domain';
import { GenerationMetrics } from './generation-metrics.ts';
import { Metrics } from './metrics.ts';

const bundle = { name: 'tiny', digest: 'a'.repeat(64) };
const result = (status: GenerationResult['status'], code?: string): GenerationResult =>
  generationResult.parse({
    v: 1,
    id: 'gen_a',
    request: {
      v: 1,
      id: 'gen_a',
      owner: 'key_a',
      created_at: '2026-11-28T10:00:00.000Z',
      bundle,
      conditions: [{ type: 'text', text: 'a dog', weight: 1 }],
      outputs: [{ type: 'image', format: 'png', guidance: 3 }],
      steps: 4,
      sampler: 'ddim',
      samples: 1,
      seed: 7,
      determinism: 'tolerant',
      priority: 'normal',
      metadata: {},
    },
    status,
    ...(code === undefined ? {} : { error: { code, message: '' } }),
    outputs: [],
    seed: 7,
    timings: {},
    bundle,
    epoch: 1,
    commit_token: 't',
    committed_at: '2026-11-28T10:00:02.500Z',
  });

describe('GenerationMetrics', () => {
  it.each([
    [result('succeeded'), 'succeeded'],
    [result('canceled'), 'canceled'],
    [result('failed', 'media_undecodable'), 'refused'],
    [result('failed', 'url_refused'), 'refused'],
    [result('failed', 'worker_crashed'), 'failed'],
    [result('failed', 'deadline_exceeded'), 'failed'],
    [result('failed', 'numeric_failure'), 'failed'],
    [result('failed', 'a code of another release'), 'failed'],
  ])('counts an end by whose fault it is, with its seconds (%#)', async (ended, outcome) => {
    const metrics = new Metrics('test');
    new GenerationMetrics(metrics).endedWith(ended);
    const text = await metrics.text();
    expect(text.match(/^medley_generations_ended_total\{.*\} 1$/gm)).toEqual([
      `medley_generations_ended_total{outcome="${outcome}",process="test"} 1`,
    ]);
    expect(text).toContain(`medley_generation_seconds_sum{process="test",outcome="${outcome}"} 2.5`);
  });
});
