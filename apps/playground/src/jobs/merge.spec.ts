import { describe, expect, it } from '@jest/globals';
import type { Generation } from '@medley/client';
import { betweenLooks, mergePage, withGeneration } from './merge.ts';

const job = (id: string, minute: number, status: Generation['status'] = 'succeeded') =>
  ({ id, created_at: `2026-01-01T00:0${minute}:00.000Z`, status }) as Generation;
const ids = (list: readonly Generation[]) => list.map(({ id }) => id).join('');

describe('mergePage', () => {
  const known = [job('d', 4, 'diffusing'), job('c', 3), job('b', 2), job('a', 1)];
  const old = { whole: false, fresh: new Set<string>() };

  it('keeps what is older than the page, and the objects of what has ended', () => {
    const merged = mergePage(known, [job('d', 4), job('c', 3), job('b', 2)], old);
    expect(ids(merged)).toBe('dcba');
    expect(merged[0]).toMatchObject({ status: 'succeeded' });
    expect(merged[1]).toBe(known[1]);
  });

  it('takes in what other tabs began, and drops what was deleted', () => {
    expect(ids(mergePage(known, [job('e', 5), job('d', 4), job('b', 2)], old))).toBe('edba');
    expect(ids(mergePage(known, [job('d', 4)], { ...old, whole: true }))).toBe('d');
  });

  it('keeps what was begun after the page was asked for', () => {
    expect(ids(mergePage([job('e', 5), ...known], known, { whole: true, fresh: new Set('e') }))).toBe('edcba');
  });
});

describe('betweenLooks', () => {
  const ended = [job('b', 2), job('a', 1, 'canceled')];

  it('is short while something is open or the last look failed, else long', () => {
    const seconds = (list: Generation[], trouble?: string) => betweenLooks({ list, trouble }) / 1000;
    expect([seconds([]), seconds(ended)]).toEqual([60, 60]);
    expect(seconds([job('c', 3, 'queued'), ...ended])).toBe(3);
    expect(seconds(ended, 'no answer')).toBe(3);
  });
});

describe('withGeneration', () => {
  it('puts it in its place, once', () => {
    const known = [job('c', 3), job('a', 1)];
    expect(ids(withGeneration(known, job('b', 2)))).toBe('cba');
    expect(ids(withGeneration(known, job('a', 1, 'failed')))).toBe('ca');
    expect(ids(withGeneration([], job('a', 1)))).toBe('a');
  });
});
