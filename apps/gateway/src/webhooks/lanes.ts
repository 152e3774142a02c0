export interface LaneLimits {
  /** Attempts side by side in this process. */
  total: number;
  /** Of them, those of one API key. */
  owner: number;
  /** Of them, those of one API key to one host. */
  lane: number;
}

/** Where an attempt goes: `host` of its URL, and the URL or endpoint itself. */
export interface LaneTarget {
  owner: string;
  host: string;
  target: string;
}

interface Lane {
  active: number;
  /** What an attempt takes, in milliseconds: a mean in which older ones count ever less. */
  takes: number;
  /** When the next one that found no place may ask again. */
  nextTurn: number;
}

const FIRST_GUESS_MILLISECONDS = 200;
const LATEST_WEIGHT = 0.3;
/** An attempt that takes longer on the average makes its lane a slow one. */
const SLOW_MILLISECONDS = 2_000;
const SHORTEST_WAIT_MILLISECONDS = 50;
/** So that a receiver that has come back is not left waiting for the turns that were given out before. */
const LONGEST_WAIT_MILLISECONDS = 60_000;
/** Beyond so many, lanes in which nothing goes on are forgotten. */
const REMEMBERED_LANES = 1_000;

/**
 * Who may send now. Each API key and host has a lane of a few places, and all slow lanes together have half of them, so
 * that a receiver which takes its time, or none at all, holds up nobody else. Whoever finds no place is told when to ask
 * again: turns follow each other as fast as the lane has been.
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #now: () => number;
  readonly #lanes = new Map<string, Lane>();
  readonly #owners = new Map<string, number>();
  readonly #pauses = new Map<string, number>();
  #active = 0;
  #slow = 0;

  /** `now` in milliseconds of a clock that never goes back. */
  constructor(limits: LaneLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** A place, to be left when the attempt is over, or the milliseconds after which to ask again. */
  enter({ owner, host, target }: LaneTarget): { leave: () => void } | { waitMilliseconds: number } {
    const now = this.#now();
    const pause = (this.#pauses.get(target) ?? 0) - now;
    if (pause > 0) return { waitMilliseconds: Math.ceil(pause) };
    this.#pauses.delete(target);
    const lane = this.#lane(`${owner} ${host}`);
    const slow = lane.takes > SLOW_MILLISECONDS;
    const ofOwner = this.#owners.get(owner) ?? 0;
    const { total, owner: ownerLimit, lane: laneLimit } = this.#limits;
    const full = lane.active >= laneLimit || ofOwner >= ownerLimit || this.#active >= total;
    if (full || (slow && this.#slow >= total / 2)) return { waitMilliseconds: this.#turn(lane, now) };
    lane.active += 1;
    this.#active += 1;
    if (slow) this.#slow += 1;
    this.#owners.set(owner, ofOwner + 1);
    return {
      leave: () => {
        lane.active -= 1;
        this.#active -= 1;
        if (slow) this.#slow -= 1;
        lane.takes += LATEST_WEIGHT * (this.#now() - now - lane.takes);
        const rest = this.#owners.get(owner)! - 1;
        if (rest === 0) this.#owners.delete(owner);
        else this.#owners.set(owner, rest);
      },
    };
  }

  /** Nobody sends to that target for so long. */
  pause(target: string, milliseconds: number): void {
    this.#pauses.set(target, this.#now() + milliseconds);
  }

  #turn(lane: Lane, now: number): number {
    const turn = Math.max(now, lane.nextTurn) + lane.takes / this.#limits.lane;
    lane.nextTurn = Math.min(turn, now + LONGEST_WAIT_MILLISECONDS);
    return Math.ceil(Math.max(lane.nextTurn - now, SHORTEST_WAIT_MILLISECONDS));
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    if (this.#lanes.size >= REMEMBERED_LANES) this.#forget();
    const lane = { active: 0, takes: FIRST_GUESS_MILLISECONDS, nextTurn: 0 };
    this.#lanes.set(name, lane);
    return lane;
  }

  #forget(): void {
    const now = this.#now();
    for (const [name, { active, nextTurn }] of this.#lanes)
      if (active === 0 && nextTurn <= now) this.#lanes.delete(name);
    for (const [target, until] of this.#pauses) if (until <= now) this.#pauses.delete(target);
  }
}
