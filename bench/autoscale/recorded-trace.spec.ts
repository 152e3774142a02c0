import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readTrace } from './recorded-trace.ts';

describe('a recorded trace', () => {
  it('is read in the order of time', () => {
    const { at, kind, seconds } = readTrace('# an hour\ntime,kind,seconds\n5.5,clip,231\n\n0,picture,4.2\r\n');
    expect([[...at], [...kind], [...seconds]]).toEqual([
      [0, 5.5],
      [0, 1],
      [4.2, 231],
    ]);
  });

  it('that lies beside it has what its head says', () => {
    const { at, kind } = readTrace(readFileSync(join(__dirname, 'traces/half-hour.csv'), 'utf8'));
    expect([at.length, kind.filter((one) => one === 1).length]).toEqual([299, 11]);
    expect([at[0]! >= 0, at.at(-1)! < 1_800]).toEqual([true, true]);
  });

  it.each([
    ['kind,time\n', 'line 1 is "kind,time"; a trace begins with "time,kind,seconds"'],
    ['time,kind,seconds\n1,sound,2\n', 'kind of line 2 is "sound"; it is to be one of picture, clip'],
    ['time,kind,seconds\n1,clip\n', 'line 2 has 2 fields; it is to have 3: time,kind,seconds'],
    ['time,kind,seconds\n-1,clip,2\n', 'time of line 2 is "-1"; it is to be a number from 0 on'],
    ['time,kind,seconds\n1,clip,0\n', 'seconds of line 2 is "0"; it is to be a number above 0'],
  ])('that is wrong is refused by its line', (csv, message) => {
    expect(() => readTrace(csv)).toThrow(message);
  });
});
