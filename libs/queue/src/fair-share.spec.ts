import { describe, expect, it } from '@jest/globals';
import {
  LOW_PENALTY,
  PRIORITY_LIMIT,
  enqueue,
  priorityOf,
  rebaseBy,
  type Lanes,
  type VirtualTime,
} from './fair-share.ts';

const idle: Lanes = { high: 0, normal: 0, low: 0 };
const start: VirtualTime = { clock: 0, base: 0 };

function tags(priority: 'high' | 'normal' | 'low', count: number, lanes = idle, time = start) {
  const seen: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const next = enqueue(lanes, time, 10, priority);
    seen.push(next.tag);
    lanes = next.lanes;
  }
  return { seen, lanes };
}

describe('enqueue', () => {
  it('puts each generation of a key behind the one before', () => {
    expect(tags('normal', 3).seen).toEqual([0, 10, 20]);
  });

  it('lets a key that asks for its first generation in among the first of a busy one', () => {
    const busy = tags('normal', 50).seen;
    const [first] = tags('normal', 1).seen;
    expect(busy.filter((tag) => tag <= first!)).toHaveLength(1);
  });

  it('does not let a key save up the time in which it asked for nothing', () => {
    const time = { clock: 500, base: 0 };
    expect(tags('normal', 2, { high: 20, normal: 20, low: 20 }, time).seen).toEqual([500, 510]);
  });

  it('lets urgent work pass other work of the same key, and puts that other work back by as much', () => {
    const { lanes } = tags('normal', 5);
    const urgent = enqueue(lanes, start, 10, 'high');
    expect(urgent.tag).toBe(0);
    expect(enqueue(urgent.lanes, start, 10, 'normal').tag).toBe(60);
  });

  it('gives a key no more by calling everything urgent', () => {
    expect(tags('high', 4).seen).toEqual(tags('normal', 4).seen);
  });

  it('holds work of class low back behind what others may ask for', () => {
    expect(tags('low', 2).seen).toEqual([LOW_PENALTY, LOW_PENALTY + 10]);
  });
});

describe('priorityOf', () => {
  it.each([
    [0, 1],
    [41.9, 42],
    [-5, 1],
    [1e12, PRIORITY_LIMIT],
  ])('makes of the tag %d above the base the priority %d', (tag, priority) => {
    expect(priorityOf(tag + 7, { clock: 0, base: 7 })).toBe(priority);
  });
});

describe('rebaseBy', () => {
  it.each([
    [50, 0],
    [51, 51],
    [300, 300],
  ])('with %d of 100 ticks used answers %d', (used, by) => {
    expect(rebaseBy({ clock: 1000 + used, base: 1000 }, 100)).toBe(by);
  });
});
