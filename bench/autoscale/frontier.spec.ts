import { describe, expect, it } from '@jest/globals';
import { WAITS, compare, frontierOf, hoursAt, middle, waitAt } from './frontier.ts';

const points = [
  { gpuHours: 100, wait: 400 },
  { gpuHours: 300, wait: 20 },
  { gpuHours: 200, wait: 100 },
  { gpuHours: 250, wait: 150 },
];
const line = frontierOf(points);

describe('a frontier', () => {
  it('leaves out what another point beats in both', () => {
    expect(line.map(({ gpuHours }) => gpuHours)).toEqual([100, 200, 300]);
  });

  it('is read on straight lines, and nowhere beyond its ends', () => {
    expect([hoursAt(line, 400), hoursAt(line, 250), hoursAt(line, 60), hoursAt(line, 20)]).toEqual([
      100, 150, 250, 300,
    ]);
    expect([hoursAt(line, 401), hoursAt(line, 19)]).toEqual([undefined, undefined]);
    expect([waitAt(line, 100), waitAt(line, 150), waitAt(line, 99), waitAt(line, 301)]).toEqual([
      400,
      250,
      undefined,
      undefined,
    ]);
  });

  it('of half the hours is half of another everywhere', () => {
    const halved = line.map(({ gpuHours, wait }) => ({ gpuHours: gpuHours / 2, wait }));
    expect(compare(halved, line).hours).toEqual(WAITS.map(() => 0.5));
    expect(middle(compare(line, line).waits)).toBe(1);
  });

  it('has no ratio where lines do not meet', () => {
    expect(middle(compare([{ gpuHours: 1, wait: 1 }], line).waits)).toBeUndefined();
  });
});
