import { describe, expect, it } from '@jest/globals';
import type { Generation } from '../types.ts';
import { formatError, formatGeneration } from './report.ts';

describe('formatError', () => {
  it.each([
    ['/conditions/1/asset', 'the picture ends early', 'conditions[1].asset: the picture ends early'],
    ['/outputs/0', 'storage is full', 'outputs[0]: storage is full'],
    ['/steps', 'steps is 900; bundle tiny takes 1 to 250', 'steps is 900; bundle tiny takes 1 to 250'],
    ['/conditions/0/data', '/conditions/0/data is not base64', '/conditions/0/data is not base64'],
    ['/conditions/1/asset', 'conditions[0].asset is that too', 'conditions[1].asset: conditions[0].asset is that too'],
    ['', 'the file has 0 bytes', 'the file has 0 bytes'],
    [undefined, 'a worker is gone', 'a worker is gone'],
  ])('with the pointer %j, of "%s", is "%s"', (pointer, message, words) => {
    expect(formatError({ message, pointer })).toBe(words);
  });
});

describe('formatGeneration', () => {
  it('says which condition a generation failed of', () => {
    const error = { code: 'media_undecodable', message: 'the picture ends early', pointer: '/conditions/1/asset' };
    const generation = { id: 'gen_1', created_at: '2026-11-28T10:00:00Z', status: 'failed', error } as Generation;
    expect(formatGeneration(generation)).toBe(
      'gen_1  2026-11-28T10:00:00Z  failed: conditions[1].asset: the picture ends early',
    );
  });
});
