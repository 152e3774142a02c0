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

function turns(priority: 'high' | 'normal' | 'low', count: number, lanes = idle, time = start) {
  const seen: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const next = enqueue(lanes, time, 10, priority);
    seen.push(next.turn);
    lanes = next.lanes;
  }
  return { seen, lanes };
}

describe('enqueue', () => {
  it('puts each generation of a key behind the one before', () => {
    expect(turns('normal', 3).seen).toEqual([1, 11, 21]);
  });

  it('lets a key that asks for its first generation in among the first of a busy one', () => {
    const busy = turns('normal', 50).seen;
    const [first] = turns('normal', 1).seen;
    expect(busy.filter((turn) => turn <= first!)).toHaveLength(1);
  });

  it('does not let a key save up the time in which it asked for nothing', () => {
    const time = { clock: 500, base: 0 };
    expect(turns('normal', 2, { high: 20, normal: 20, low: 20 }, time).seen).toEqual([501, 511]);
  });

  it('lets urgent work pass other work of the same key, and puts that other work back by as much', () => {
    const { lanes } = turns('normal', 5);
    const urgent = enqueue(lanes, start, 10, 'high');
    expect(urgent.turn).toBe(1);
    expect(enqueue(urgent.lanes, start, 10, 'normal').turn).toBe(61);
  });

  it('gives a key no more by calling everything urgent', () => {
    expect(turns('high', 4).seen).toEqual(turns('normal', 4).seen);
  });

  it('holds work of class low back behind what others may ask for', () => {
    expect(turns('low', 2).seen).toEqual([LOW_PENALTY + 1, LOW_PENALTY + 11]);
  });
});

describe('priorityOf', () => {
  it.each([
    [1, 1],
    [42, 42],
    [-5, 1],
    [1e12, PRIORITY_LIMIT],
  ])('makes of the turn %d above the base the priority %d', (turn, priority) => {
    expect(priorityOf(turn + 7, 7)).toBe(priority);
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
