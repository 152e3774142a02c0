import { describe, expect, it } from '@jest/globals';
import type { GenerationResult } from '@medley/domain';
import { EndedResults } from './ended-results.ts';

const result = (id: string) => ({ id, status: 'succeeded', seed: 7 }) as unknown as GenerationResult;
const characters = JSON.stringify(result('a')).length;

describe('EndedResults', () => {
  let time = 0;
  const results = (count: number) =>
    new EndedResults({ characters: count * characters, milliseconds: 1_000 }, () => time);
  const held = (kept: EndedResults, ids: string) => [...ids].filter((id) => kept.get(id) !== undefined).join('');

  it('gives up what was read longest ago when there is too much', () => {
    const kept = results(2);
    for (const id of 'ab') kept.keep(result(id));
    expect(kept.get('a')).toEqual(result('a'));
    kept.keep(result('c'));
    expect(held(kept, 'abc')).toBe('ac');
    kept.keep(result('c'));
    expect(held(kept, 'abc')).toBe('ac');
    kept.keep(result('as long as two of them, and a good deal longer'));
    expect(held(kept, 'abc')).toBe('');
  });

  it('keeps each for its time only, however often it is read', () => {
    const kept = results(2);
    kept.keep(result('a'));
    time += 999;
    expect(held(kept, 'a')).toBe('a');
    time += 1;
    expect(held(kept, 'a')).toBe('');
  });

  it('forgets', () => {
    const kept = results(1);
    kept.keep(result('a'));
    kept.forget('a');
    kept.forget('b');
    expect(held(kept, 'a')).toBe('');
    kept.keep(result('b'));
    expect(held(kept, 'b')).toBe('b');
  });
});
