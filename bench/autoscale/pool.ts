import type { CostEstimate } from './cost-estimate.ts';
import { MEAN_SECONDS, KINDS } from './kinds.ts';
import { TimeHeap } from './time-heap.ts';
import type { Trace } from './trace.ts';

export interface PoolOptions {
  /** Seconds until a node is there, and until a worker on it has loaded its bundle. */
  nodeStart: number;
  modelLoad: number;
  /** What a worker that is told to go does with the run in hand: ends it, or hands it back, to be run from its start. */
  leaves: 'when-done' | 'at-once';
}

type Phase = 'starting' | 'idle' | 'busy' | 'leaving' | 'gone';

interface Worker {
  phase: Phase;
  since: number;
  run: number;
  begun: number;
}

/** Runs of one kind. A run of `seconds` that ends at `end` has (end - now) / seconds of it left: slope and offset sum that up. */
interface KindLoad {
  waiting: number;
  running: number;
  slope: number;
  offset: number;
}

const NONE = -1;

/**
 * GPU workers of one stage and bundle, each with one run in hand, which take runs in the order of their acceptance. A run that is
 * handed back goes first. Who idles longest takes the next; who came last goes first. Seconds are those since the day's begin.
 */
export class Pool {
  readonly #trace: Trace;
  readonly #options: PoolOptions;
  readonly #costs: CostEstimate;
  readonly #workers: Worker[] = [];
  /** Workers that were not told to go, in the order in which they came. */
  readonly #present: number[] = [];
  readonly #starting: number[] = [];
  readonly #ends = new TimeHeap();
  readonly #returned: number[] = [];
  #idle: number[] = [];
  #firstIdle = 0;
  #firstStarting = 0;
  #arrived = 0;
  #firstWaiting = 0;
  #gpuSeconds = 0;
  readonly #kinds: readonly KindLoad[] = KINDS.map(() => ({ waiting: 0, running: 0, slope: 0, offset: 0 }));
  #running = 0;
  #usage = { at: 0, busySeconds: 0 };
  /** Predicted seconds of all that was ever accepted, as they were predicted then. */
  acceptedWork = 0;
  /** Seconds that each run was not getting on: from its acceptance to its end, less its own. */
  readonly waits: Float64Array;
  served = 0;
  handedBack = 0;
  peak = 0;

  constructor(trace: Trace, costs: CostEstimate, options: PoolOptions) {
    this.#trace = trace;
    this.#costs = costs;
    this.#options = options;
    this.waits = new Float64Array(trace.at.length).fill(-1);
  }

  /** When something happens next; Infinity when nothing does without new workers. */
  get next(): number {
    const arrival = this.#trace.at[this.#arrived] ?? Infinity;
    const worker = this.#starting[this.#firstStarting];
    const ready = worker === undefined ? Infinity : this.#readyAt(worker);
    return Math.min(arrival, this.#ends.next, ready);
  }

  get done(): boolean {
    return this.served === this.#trace.at.length;
  }

  get size(): number {
    return this.#present.length;
  }

  get ready(): number {
    return this.#present.length - (this.#starting.length - this.#firstStarting);
  }

  get gpuHours(): number {
    return this.#gpuSeconds / 3600;
  }

  get accepted(): number {
    return this.#arrived;
  }

  get waiting(): number {
    return this.#kinds.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  get running(): number {
    return this.#running;
  }

  /** Seconds that all runs which wait or run are still predicted to take: the steps that are left, at what a step is known to take now. */
  work(now: number): number {
    return this.#kinds.reduce((sum, { waiting, running, slope, offset }, kind) => {
      const left = running === 0 ? 0 : Math.max(offset - slope * now, 0);
      return sum + (waiting + left) * this.#costs.seconds[kind]!;
    }, 0);
  }

  /** GPU seconds of runs in hand until now. */
  busySeconds(now: number): number {
    const { at, busySeconds } = this.#usage;
    return busySeconds + (now - at) * this.#running;
  }

  /** What the runs in hand tell of their costs. */
  reports(): { kind: number; error: number }[] {
    return this.#present.flatMap((worker) => {
      const { phase, run } = this.#workers[worker]!;
      if (phase !== 'busy') return [];
      const kind = this.#trace.kind[run]!;
      return [{ kind, error: this.#trace.seconds[run]! / MEAN_SECONDS[KINDS[kind]!] }];
    });
  }

  /** Does what happens at `next`. */
  advance(): void {
    const now = this.next;
    if (this.#trace.at[this.#arrived] === now) this.#arrive(now);
    else if (this.#ends.next === now) this.#end(now, this.#ends.pop());
    else this.#join(now);
  }

  /** Starts and ends workers so that so many are there or on their way. */
  resize(now: number, size: number): void {
    while (this.#present.length < size) {
      const worker = this.#workers.push({ phase: 'starting', since: now, run: NONE, begun: 0 }) - 1;
      this.#present.push(worker);
      this.#starting.push(worker);
    }
    while (this.#present.length > size) this.#dismiss(now, this.#present.pop()!);
    this.peak = Math.max(this.peak, this.#present.length);
  }

  #readyAt(worker: number): number {
    return this.#workers[worker]!.since + this.#options.nodeStart + this.#options.modelLoad;
  }

  #arrive(now: number): void {
    const run = this.#arrived;
    const kind = this.#trace.kind[run]!;
    this.#arrived += 1;
    this.acceptedWork += this.#costs.seconds[kind]!;
    this.#kinds[kind]!.waiting += 1;
    this.#dispatch(now);
  }

  #join(now: number): void {
    const worker = this.#starting[this.#firstStarting]!;
    this.#firstStarting += 1;
    this.#rest(worker);
    this.#dispatch(now);
  }

  #rest(worker: number): void {
    this.#workers[worker]!.phase = 'idle';
    this.#idle.push(worker);
  }

  #dispatch(now: number): void {
    while (this.#returned.length > 0 || this.#firstWaiting < this.#arrived) {
      const worker = this.#takeIdle();
      if (worker === undefined) return;
      const run = this.#returned.pop() ?? this.#firstWaiting++;
      Object.assign(this.#workers[worker]!, { phase: 'busy', run, begun: now } satisfies Partial<Worker>);
      this.#kinds[this.#trace.kind[run]!]!.waiting -= 1;
      this.#occupy(now, run, now + this.#trace.seconds[run]!, 1);
      this.#ends.push(now + this.#trace.seconds[run]!, worker);
    }
  }

  #takeIdle(): number | undefined {
    while (this.#firstIdle < this.#idle.length) {
      const worker = this.#idle[this.#firstIdle]!;
      this.#firstIdle += 1;
      if (this.#workers[worker]!.phase === 'idle') return worker;
    }
    this.#idle = [];
    this.#firstIdle = 0;
    return undefined;
  }

  #occupy(now: number, run: number, end: number, sign: 1 | -1): void {
    this.#usage = { at: now, busySeconds: this.busySeconds(now) };
    const load = this.#kinds[this.#trace.kind[run]!]!;
    const pace = 1 / this.#trace.seconds[run]!;
    this.#running += sign;
    load.running += sign;
    load.slope = load.running === 0 ? 0 : load.slope + sign * pace;
    load.offset = load.running === 0 ? 0 : load.offset + sign * pace * end;
  }

  #end(now: number, worker: number): void {
    const { phase, run, since } = this.#workers[worker]!;
    if (phase === 'gone') return;
    this.#occupy(now, run, now, -1);
    this.waits[run] = Math.max(now - this.#trace.at[run]! - this.#trace.seconds[run]!, 0);
    this.served += 1;
    if (phase === 'leaving') this.#leave(now, worker, since);
    else {
      this.#rest(worker);
      this.#dispatch(now);
    }
  }

  #dismiss(now: number, worker: number): void {
    const { phase, run, begun, since } = this.#workers[worker]!;
    if (phase === 'starting') this.#starting.pop();
    if (phase !== 'busy') return this.#leave(now, worker, since);
    if (this.#options.leaves === 'when-done') {
      this.#workers[worker]!.phase = 'leaving';
      return;
    }
    this.#occupy(now, run, begun + this.#trace.seconds[run]!, -1);
    this.#leave(now, worker, since);
    this.#returned.push(run);
    this.handedBack += 1;
    this.#kinds[this.#trace.kind[run]!]!.waiting += 1;
    this.#dispatch(now);
  }

  #leave(now: number, worker: number, since: number): void {
    this.#workers[worker]!.phase = 'gone';
    this.#gpuSeconds += now - since;
  }
}
