import type { EstimateOptions } from './cost-estimate.ts';
import type { Setup } from './simulate.ts';
import type { Day } from './trace.ts';

export interface Scenario {
  name: string;
  day: Day;
  setup: Setup;
  /** Whether all policies are run, or only those by work and by queue length. */
  all: boolean;
}

/** Each run's cost is known but for the error of the day. */
const KNOWN: EstimateOptions = { known: { picture: 1, clip: 1 }, learns: false };

const SETUP: Setup = { nodeStart: 180, modelLoad: 60, leaves: 'at-once', maxReplicas: 200, estimate: KNOWN };

/** Ten busy GPUs on average, three fifths of their work clips; six times of one kind for twelve minutes, a dozen times a day. */
const BURSTY: Day = {
  gpus: 10,
  clips: 0.6,
  swing: 0.5,
  bursts: { aDay: 12, minutes: 12, factor: 6 },
  error: 0.3,
};
const SMALLER = { ...BURSTY, gpus: 3 };
/** Clips are nearly all of its work: as many pictures as on a mixed day would be millions of runs. */
const LARGE = { ...BURSTY, gpus: 400, clips: 0.995 };

const scenario = (name: string, day: Day, setup: Partial<Setup> = {}, all = false): Scenario => ({
  name,
  day,
  setup: { ...SETUP, ...setup },
  all,
});

/** The day that the goals are about. */
export const GOAL = 'bursty, mixed';

export const SCENARIOS: readonly Scenario[] = [
  scenario(GOAL, BURSTY, {}, true),
  scenario('the same with three GPUs', SMALLER),
  scenario('fewer and longer bursts', { ...SMALLER, bursts: { aDay: 4, minutes: 40, factor: 4 } }),
  scenario('steady, mixed', { ...SMALLER, swing: 0, bursts: undefined }),
  scenario('day and night, mixed', { ...SMALLER, swing: 0.8, bursts: undefined }),
  scenario('bursty, pictures alone', { ...SMALLER, clips: 0, gpus: 2 }),
  scenario('bursty, clips alone', { ...SMALLER, clips: 1 }),
  scenario('one GPU or none', { ...BURSTY, gpus: 0.4 }, { maxReplicas: 20 }),
  scenario('to 2,000 GPUs', LARGE, { maxReplicas: 2_000 }),
  scenario(
    'to 2,000 GPUs, bursts that they can take',
    { ...LARGE, bursts: { aDay: 12, minutes: 12, factor: 3 } },
    { maxReplicas: 2_000 },
  ),
  scenario('a worker ends its run before it goes', SMALLER, { leaves: 'when-done' }),
  scenario('cold costs, learned', SMALLER, { estimate: { known: 'unknown', learns: true } }),
  scenario('clips taken for a quarter, pictures for double', SMALLER, {
    estimate: { known: { picture: 2, clip: 0.25 }, learns: false },
  }),
  scenario('clips taken for pictures', SMALLER, { estimate: { known: { picture: 1, clip: 1 / 60 }, learns: false } }),
];
