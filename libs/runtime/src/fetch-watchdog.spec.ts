import { describe, expect, it } from '@jest/globals';
import { FetchWatchdog, type WorkerSample } from './fetch-watchdog.ts';

function watch() {
  const stuck: number[] = [];
  let sample: WorkerSample | Error = { waiting: 0, freeSlots: 1, started: 0 };
  const watchdog = new FetchWatchdog({
    sample: async () => {
      if (sample instanceof Error) throw sample;
      return sample;
    },
    stuckSeconds: 20,
    intervalSeconds: 5,
    onStuck: (_, seconds) => stuck.push(seconds),
  });
  const look = (now: number, next: WorkerSample | Error) => {
    sample = next;
    return watchdog.look(now);
  };
  return { stuck, look };
}

const waiting = { waiting: 2, freeSlots: 1, started: 5 };

describe('FetchWatchdog', () => {
  it('reports once when jobs wait beside free slots and none starts for the whole time', async () => {
    const { stuck, look } = watch();
    for (const now of [0, 5, 10, 15]) await look(now, waiting);
    expect(stuck).toEqual([]);
    for (const now of [20, 25]) await look(now, waiting);
    expect(stuck).toEqual([20]);
  });

  it.each([
    ['a job starts', { ...waiting, started: 6 }],
    ['nothing waits', { ...waiting, waiting: 0 }],
    ['no slot is free', { ...waiting, freeSlots: 0 }],
    ['Redis does not answer', new Error('ECONNREFUSED')],
  ])('begins anew when %s', async (_, between) => {
    const { stuck, look } = watch();
    await look(0, waiting);
    await look(15, between);
    await look(16, waiting);
    await look(30, waiting);
    expect(stuck).toEqual([]);
    await look(36, waiting);
    expect(stuck).toHaveLength(1);
  });
});
