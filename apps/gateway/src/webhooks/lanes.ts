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
  /** Whether an attempt has ended in it. */
  known: boolean;
  /** When the next one that found no place may ask again. */
  nextTurn: number;
}

interface Owner {
  active: number;
  /** As of a lane, over all of its lanes. */
  takes: number;
}

interface Attempt {
  owner: string;
  since: number;
  slow: boolean;
}

const FIRST_GUESS_MILLISECONDS = 200;
const LATEST_WEIGHT = 0.3;
/** An attempt that takes longer on the average makes its lane a slow one. */
const SLOW_MILLISECONDS = 2_000;
const SHORTEST_WAIT_MILLISECONDS = 50;
/** So that a receiver that has come back is not left waiting for the turns that were given out before. */
const LONGEST_WAIT_MILLISECONDS = 60_000;
/** Beyond so many, lanes and keys for which nothing goes on are forgotten. */
const REMEMBERED = 1_000;

/**
 * Who may send now. Each API key and host has a lane of a few places, and all slow lanes together have half of them, so
 * that a receiver which takes its time, or none at all, holds up nobody else. A host of which nothing is known is as slow as
 * its key has been, so that new names gain nothing. Whoever finds no place is told when to ask again: turns follow each other
 * as fast as the lane has been.
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #now: () => number;
  readonly #lanes = new Map<string, Lane>();
  readonly #owners = new Map<string, Owner>();
  readonly #pauses = new Map<string, number>();
  readonly #attempts = new Set<Attempt>();

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
    const sender = this.#owner(owner);
    const slow = lane.known ? lane.takes > SLOW_MILLISECONDS : this.#isSlow(owner, sender, now);
    const { total, owner: ownerLimit, lane: laneLimit } = this.#limits;
    const full = lane.active >= laneLimit || sender.active >= ownerLimit || this.#attempts.size >= total;
    if (full || (slow && this.#slowAttempts(now) >= total / 2)) return { waitMilliseconds: this.#turn(lane, now) };
    const attempt = { owner, since: now, slow };
    this.#attempts.add(attempt);
    for (const one of [lane, sender]) one.active += 1;
    return {
      leave: () => {
        this.#attempts.delete(attempt);
        lane.known = true;
        for (const one of [lane, sender]) {
          one.active -= 1;
          one.takes += LATEST_WEIGHT * (this.#now() - now - one.takes);
        }
      },
    };
  }

  /** Nobody sends to that target for so long. */
  pause(target: string, milliseconds: number): void {
    this.#pauses.set(target, this.#now() + milliseconds);
  }

  /** A key is slow by what its attempts took, and by what those that go on have taken. */
  #isSlow(owner: string, { takes }: Owner, now: number): boolean {
    if (takes > SLOW_MILLISECONDS) return true;
    return [...this.#attempts].some((attempt) => attempt.owner === owner && now - attempt.since > SLOW_MILLISECONDS);
  }

  #slowAttempts(now: number): number {
    return [...this.#attempts].filter(({ slow, since }) => slow || now - since > SLOW_MILLISECONDS).length;
  }

  #turn(lane: Lane, now: number): number {
    const turn = Math.max(now, lane.nextTurn) + lane.takes / this.#limits.lane;
    lane.nextTurn = Math.min(turn, now + LONGEST_WAIT_MILLISECONDS);
    return Math.ceil(Math.max(lane.nextTurn - now, SHORTEST_WAIT_MILLISECONDS));
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    if (this.#lanes.size >= REMEMBERED) this.#forget();
    const lane = { active: 0, takes: FIRST_GUESS_MILLISECONDS, known: false, nextTurn: 0 };
    this.#lanes.set(name, lane);
    return lane;
  }

  #owner(name: string): Owner {
    const known = this.#owners.get(name);
    if (known !== undefined) return known;
    if (this.#owners.size >= REMEMBERED)
      for (const [idle, { active }] of this.#owners) if (active === 0) this.#owners.delete(idle);
    const owner = { active: 0, takes: FIRST_GUESS_MILLISECONDS };
    this.#owners.set(name, owner);
    return owner;
  }

  #forget(): void {
    const now = this.#now();
    for (const [name, { active, nextTurn }] of this.#lanes)
      if (active === 0 && nextTurn <= now) this.#lanes.delete(name);
    for (const [target, until] of this.#pauses) if (until <= now) this.#pauses.delete(target);
  }
}
