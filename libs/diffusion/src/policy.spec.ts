import { describe, expect, it } from '@jest/globals';
import type { CostModel } from './cost-model.ts';
import { packedSoonestDue, type ReadyRows } from './policy.ts';

const ready = (run: string, change: Partial<ReadyRows> = {}): ReadyRows => ({
  run,
  modality: 'image',
  graph: 'denoiser',
  samples: 1,
  rowsEach: 2,
  alone: false,
  due: 100,
  order: run.charCodeAt(0),
  ...change,
});
/** Runs of the next batch with the samples that are taken. */
const next = (...all: ReadyRows[]) =>
  packedSoonestDue(8)
    .next(all, {} as CostModel, 0)
    ?.map(({ run, samples }) => `${run}${samples}`)
    .join(' ');

describe('packedSoonestDue', () => {
  it('waits where nothing is ready', () => {
    expect(next()).toBeUndefined();
  });

  it('begins with what is due soonest, equal runs in their order, and joins what needs the same graph', () => {
    expect(next(ready('b'), ready('a'), ready('c', { due: 50 }))).toBe('c1 a1 b1');
    expect(next(ready('a', { modality: 'video' }), ready('b'), ready('c', { modality: 'video' }))).toBe('a1 c1');
    expect(next(ready('a', { graph: 'environment_encoder', rowsEach: 1 }), ready('b'))).toBe('a1');
  });

  it('fills a batch with as many samples as fit', () => {
    expect(next(ready('a', { samples: 3 }), ready('b', { samples: 3 }))).toBe('a3 b1');
    expect(next(ready('a', { samples: 8 }), ready('b'))).toBe('a4');
    expect(next(ready('a', { samples: 3 }), ready('b', { samples: 2, rowsEach: 1 }), ready('c'))).toBe('a3 b2');
    expect(next(ready('a', { samples: 7, rowsEach: 1 }), ready('b'), ready('c', { rowsEach: 1 }))).toBe('a7 c1');
  });

  it('gives a strict run a batch of its own, and none to share', () => {
    expect(next(ready('a', { alone: true }), ready('b'))).toBe('a1');
    expect(next(ready('a'), ready('b', { alone: true }), ready('c'))).toBe('a1 c1');
  });

  it('takes a sample even where it has more rows than a batch', () => {
    expect(packedSoonestDue(1).next([ready('a')], {} as CostModel, 0)).toHaveLength(1);
  });
});
