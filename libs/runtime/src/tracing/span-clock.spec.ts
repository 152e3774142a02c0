import { describe, expect, it } from '@jest/globals';
import { SpanClock } from './span-clock.ts';

const milliseconds = ([seconds, nanoseconds]: [number, number]) => seconds * 1000 + nanoseconds / 1e6;

describe('SpanClock', () => {
  it('tells the time of day', () => {
    const before = Date.now();
    const told = milliseconds(new SpanClock().at(performance.now()));
    expect(told).toBeGreaterThan(before - 21);
    expect(told).toBeLessThan(Date.now() + 21);
  });

  it('keeps what lies between two moments, to the microsecond', () => {
    const clock = new SpanClock();
    const begin = performance.now();
    expect(milliseconds(clock.at(begin + 0.25)) - milliseconds(clock.at(begin))).toBeCloseTo(0.25, 2);
  });

  it('follows a clock that was set', () => {
    let ahead = 0;
    const clock = new SpanClock(() => Date.now() + ahead);
    const moment = performance.now();
    const before = milliseconds(clock.at(moment));
    ahead = 3_600_000;
    expect((milliseconds(clock.at(moment)) - before) / 1000).toBeCloseTo(3_600, 0);
  });
});
