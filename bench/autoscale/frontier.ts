import { quantile } from '../figures.ts';

/** What one target costs and gives: GPU hours of the day, and the 95th percentile of the waits in seconds. */
export interface Point {
  gpuHours: number;
  wait: number;
}

/** The best points, by GPU hours: none has both more hours and a longer wait than another. */
export function frontierOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.gpuHours - b.gpuHours || a.wait - b.wait);
  const best: Point[] = [];
  for (const point of sorted) if (best.length === 0 || point.wait < best.at(-1)!.wait) best.push(point);
  return best;
}

/** GPU hours for a wait, on straight lines between the points of a frontier; undefined outside of them. */
export function hoursAt(frontier: readonly Point[], wait: number): number | undefined {
  const index = frontier.findIndex((point) => point.wait <= wait);
  if (index < 0) return undefined;
  const [after, before] = [frontier[index]!, frontier[index - 1]];
  if (after.wait === wait) return after.gpuHours;
  if (before === undefined) return undefined;
  const share = (before.wait - wait) / (before.wait - after.wait);
  return before.gpuHours + share * (after.gpuHours - before.gpuHours);
}

/** The wait for so many GPU hours, likewise. */
export function waitAt(frontier: readonly Point[], gpuHours: number): number | undefined {
  const index = frontier.findIndex((point) => point.gpuHours >= gpuHours);
  if (index < 0) return undefined;
  const [after, before] = [frontier[index]!, frontier[index - 1]];
  if (after.gpuHours === gpuHours) return after.wait;
  if (before === undefined) return undefined;
  const share = (gpuHours - before.gpuHours) / (after.gpuHours - before.gpuHours);
  return before.wait + share * (after.wait - before.wait);
}

/** Waits at which policies are read against each other, in seconds: from a tenth of a node's start to more than it takes. */
export const WAITS = [30, 60, 90, 120, 180, 240, 300] as const;

/** One policy over another: GPU hours at equal p95 wait and p95 wait at equal GPU hours, both at the WAITS of the other. */
interface Ratios {
  hours: (number | undefined)[];
  waits: (number | undefined)[];
}

export function compare(ours: readonly Point[], other: readonly Point[]): Ratios {
  const read = WAITS.map((wait) => {
    const hours = hoursAt(other, wait);
    const [our, waited] = [hoursAt(ours, wait), hours === undefined ? undefined : waitAt(ours, hours)];
    return {
      hours: hours === undefined || our === undefined ? undefined : our / hours,
      wait: waited === undefined ? undefined : waited / wait,
    };
  });
  return { hours: read.map(({ hours }) => hours), waits: read.map(({ wait }) => wait) };
}

/** Median of what is known, each wait of WAITS counting once; undefined where nothing is. */
export function middle(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : quantile(known, 0.5);
}
