import { Draws } from './draws.ts';
import { KINDS, MEAN_SECONDS } from './kinds.ts';

const DAY_SECONDS = 86_400;

/** Arrivals in their order: second of the acceptance, index of the kind, seconds that one GPU is busy with it. */
export interface Trace {
  at: Float64Array;
  kind: Uint8Array;
  seconds: Float64Array;
}

/** Bursts of one kind: how many a day, how long on average, and how many times as much comes meanwhile. */
interface Bursts {
  aDay: number;
  minutes: number;
  factor: number;
}

export interface Day {
  /** GPUs that the day keeps busy on average outside of bursts. */
  gpus: number;
  /** Share of that work which is clips. */
  clips: number;
  /** How far the rate swings around its mean over the day, 0…1. */
  swing: number;
  bursts: Bursts | undefined;
  /** Standard deviation of the true seconds over those of the kind. */
  error: number;
}

interface Burst {
  from: number;
  to: number;
}

/** Streams of `Draws`: each kind has its own for arrivals, errors and bursts. */
const STREAMS = { arrivals: 0, errors: 10, bursts: 20 };

/** A made-up day. Each kind is a Poisson process whose rate swings over the day, and has bursts of its own. */
export function makeDay(day: Day, seed: number): Trace {
  const arrivals = KINDS.flatMap((kind, index) => {
    const draws = new Draws(seed, STREAMS.arrivals + index);
    const errors = new Draws(seed, STREAMS.errors + index);
    const bursts = makeBursts(day.bursts, new Draws(seed, STREAMS.bursts + index));
    const share = kind === 'clip' ? day.clips : 1 - day.clips;
    const rate = (share * day.gpus) / MEAN_SECONDS[kind];
    const peak = rate * (1 + day.swing) * (day.bursts === undefined ? 1 : day.bursts.factor);
    if (peak === 0) return [];
    const found: { at: number; index: number; seconds: number }[] = [];
    // Thinning: the process of the highest rate, of which each is kept with the share of its own moment.
    for (let at = draws.exponential(1 / peak); at < DAY_SECONDS; at += draws.exponential(1 / peak)) {
      const burst = bursts.some(({ from, to }) => at >= from && at < to) ? day.bursts!.factor : 1;
      const swing = 1 + day.swing * Math.sin((2 * Math.PI * at) / DAY_SECONDS - Math.PI / 2);
      if (draws.uniform() < (rate * swing * burst) / peak)
        found.push({ at, index, seconds: MEAN_SECONDS[kind] * errors.error(day.error) });
    }
    return found;
  });
  return toTrace(arrivals);
}

function makeBursts(bursts: Bursts | undefined, draws: Draws): Burst[] {
  if (bursts === undefined) return [];
  const made: Burst[] = [];
  const gap = DAY_SECONDS / bursts.aDay;
  for (let from = draws.exponential(gap); from < DAY_SECONDS; from += draws.exponential(gap))
    made.push({ from, to: from + draws.exponential(60 * bursts.minutes) });
  return made;
}

export function toTrace(arrivals: { at: number; index: number; seconds: number }[]): Trace {
  const sorted = arrivals.sort((a, b) => a.at - b.at);
  return {
    at: Float64Array.from(sorted, ({ at }) => at),
    kind: Uint8Array.from(sorted, ({ index }) => index),
    seconds: Float64Array.from(sorted, ({ seconds }) => seconds),
  };
}
