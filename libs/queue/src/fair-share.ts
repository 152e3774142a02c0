import type { GenerationRequest } from '@medley/domain';

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996) over API keys. Virtual time counts cost units. A generation's tag is
 * the later of the virtual clock (the tag of what started last) and the end of what its key asked for before, so a key with
 * much in the queue comes after one with little. All pools share the clock. A tag is kept as a whole number from 1 on, the
 * turn; BullMQ's priority is the turn above a stored base.
 */

/** BullMQ's highest priority number. */
export const PRIORITY_LIMIT = 2 ** 21 - 1;

/** Cost units that a generation of class `low` stands back behind its place. */
export const LOW_PENALTY = 1_000;

/** Ends, in virtual time, of what a key asked for so far in each class. */
export type Lanes = Record<GenerationRequest['priority'], number>;

/** The virtual clock and the base from which priorities count. `clock` >= `base` as soon as something started. */
export interface VirtualTime {
  clock: number;
  base: number;
}

/**
 * The turn of the next generation of a key, and the key's lanes after it. A class is put behind by what its key asks for in
 * higher classes, never the reverse: a key's urgent work passes its own other work, not that of other keys.
 */
export function enqueue(
  lanes: Lanes,
  time: VirtualTime,
  cost: number,
  priority: GenerationRequest['priority'],
): { turn: number; lanes: Lanes } {
  const now = Math.max(time.clock, time.base);
  const start = Math.max(now, lanes[priority]);
  const behind = (lane: number) => Math.max(lane, now) + cost;
  const after: Lanes = {
    high: priority === 'high' ? start + cost : lanes.high,
    normal: priority === 'low' ? lanes.normal : behind(lanes.normal),
    low: behind(lanes.low),
  };
  return { turn: Math.floor(start + (priority === 'low' ? LOW_PENALTY : 0)) + 1, lanes: after };
}

/** A turn as a BullMQ priority in 1…`limit`; lower runs earlier. */
export function priorityOf(turn: number, base: number, limit = PRIORITY_LIMIT): number {
  return Math.min(Math.max(turn - base, 1), limit);
}

/** By how much the base goes up now, and queued priorities go down; 0 until the clock has used half the range. */
export function rebaseBy(time: VirtualTime, limit = PRIORITY_LIMIT): number {
  const used = Math.floor(time.clock - time.base);
  return used > limit / 2 ? used : 0;
}
