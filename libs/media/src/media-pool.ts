import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GenerationError, type ErrorCode } from '@medley/domain';
import type { MediaAnswer, MediaJob } from './media-protocol.ts';
import { mediaReply, type MediaReply } from './media-reply.ts';
import { processUsage, type ProcessUsage } from './process-usage.ts';
import { findSandbox, type Sandbox, type SandboxLevel, type SandboxPolicy } from './sandbox.ts';

export interface MediaPoolOptions {
  /** Children at most; the first is started at once, others when they are needed. */
  children: number;
  /** How far the children are shut in at least. */
  sandbox: SandboxPolicy;
  /** Seconds of processor time that one job may take, and a quarter of the seconds on the clock. 30 by default. */
  seconds?: number;
  /** Resident memory of a child in bytes. 1 GiB by default. */
  memory?: number;
}

interface Waiting {
  job: MediaJob;
  signal: AbortSignal;
  /** Whether a child was killed over it by somebody else. */
  killed: boolean;
  resolve: (answer: MediaAnswer) => void;
  reject: (reason: Error) => void;
}

interface Child {
  process: ChildProcess;
  /** Whether it has said that it is ready. */
  ready: boolean;
  current: Waiting | undefined;
  /** Why it was killed on purpose; it is given nothing more. */
  killed: Error | undefined;
  watch: NodeJS.Timeout | undefined;
}

const ENTRY = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './media-child.ts' : './media-child.js', import.meta.url),
);
/** What bubblewrap ends with when SIGKILL has ended what it holds. */
const KILLED_IN_SANDBOX = 128 + 9;
const WATCH_MILLISECONDS = 100;
/** On busy cores a job gets a share of the clock only. */
const CLOCK_SHARE = 4;
/** The kernel's limit lies so much above the watched one, whose refusal says what is wrong: Node alone maps half of it. */
const HARD_MEMORY_MARGIN = 768 * 2 ** 20;

/**
 * Children that decode foreign bytes and encode our own, one job at a time each. A child that dies fails its one job and is
 * replaced; a file whose child was killed from outside, as a system short of memory does, is decoded once more.
 */
export class MediaPool {
  readonly #options: Required<MediaPoolOptions>;
  readonly #sandbox: Sandbox;
  readonly #children = new Set<Child>();
  readonly #queue: Waiting[] = [];
  #closed = false;

  private constructor(options: Required<MediaPoolOptions>, sandbox: Sandbox) {
    this.#options = options;
    this.#sandbox = sandbox;
    this.#spawn();
  }

  /** Throws an Error in one line where the sandbox that is asked for can't be had. */
  static async start(options: MediaPoolOptions): Promise<MediaPool> {
    const settings = { seconds: 30, memory: 1024 ** 3, ...options };
    const memory = settings.memory + HARD_MEMORY_MARGIN;
    return new MediaPool(settings, await findSandbox({ policy: options.sandbox, entry: ENTRY, memory }));
  }

  get level(): SandboxLevel {
    return this.#sandbox.level;
  }

  /** Resolves with the answer. Rejects with GenerationError, or the signal's reason; a job that was begun is ended with its child then. */
  perform(job: MediaJob, signal: AbortSignal): Promise<MediaAnswer> {
    return new Promise<MediaAnswer>((resolve, reject) => {
      if (signal.aborted || this.#closed) {
        reject(
          this.#closed
            ? new GenerationError('worker_unavailable', 'the media pool is closed')
            : (signal.reason as Error),
        );
        return;
      }
      const waiting: Waiting = { job, signal, killed: false, resolve, reject };
      const abort = () => this.#abort(waiting);
      signal.addEventListener('abort', abort, { once: true });
      waiting.resolve = (answer) => (signal.removeEventListener('abort', abort), resolve(answer));
      waiting.reject = (reason) => (signal.removeEventListener('abort', abort), reject(reason));
      this.#queue.push(waiting);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closed = new GenerationError('worker_unavailable', 'the media pool is closed');
    for (const { reject } of this.#queue.splice(0)) reject(closed);
    await Promise.all(
      [...this.#children].map((child) => {
        const gone = new Promise((resolve) => child.process.once('exit', resolve));
        child.killed = closed;
        // One that is still starting would leave its sandbox half made: it ends by itself as soon as it is up.
        if (child.ready) child.process.kill('SIGKILL');
        else child.process.disconnect();
        return gone;
      }),
    );
  }

  #abort(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting);
    if (at !== -1) this.#queue.splice(at, 1);
    const child = [...this.#children].find(({ current }) => current === waiting);
    waiting.reject(waiting.signal.reason as Error);
    if (child !== undefined) this.#kill(child, waiting.signal.reason as Error);
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const idle = [...this.#children].find(
        (child) => child.ready && child.current === undefined && child.killed === undefined,
      );
      if (idle === undefined) {
        const starting = [...this.#children].some((child) => !child.ready);
        if (!starting && this.#children.size < this.#options.children) this.#spawn();
        return;
      }
      this.#assign(idle, this.#queue.shift()!);
    }
  }

  #assign(child: Child, waiting: Waiting): void {
    child.current = waiting;
    const begin = performance.now();
    // Taken with the first look: most jobs are done by then, and it takes as long as a small one.
    let before: Promise<ProcessUsage> | undefined;
    child.watch = setInterval(() => {
      before ??= processUsage(child.process.pid);
      void this.#check(child, waiting, (performance.now() - begin) / 1000, before);
    }, WATCH_MILLISECONDS);
    child.process.send(waiting.job);
  }

  /** Time and memory of a child that works. `before` was used when the job was first looked at. */
  async #check(child: Child, waiting: Waiting, clock: number, before: Promise<ProcessUsage>): Promise<void> {
    const { seconds, memory } = this.#options;
    const now = await processUsage(child.process.pid);
    const cpu = now.cpu - (await before).cpu;
    if (child.current !== waiting) return;
    // Nobody sent a file that is ours.
    const codeOf = (code: ErrorCode) => (isForeign(waiting.job) ? code : 'worker_unavailable');
    if (cpu > seconds || clock > seconds * CLOCK_SHARE) {
      const taken = `the medium took more than ${seconds} s of work, which is the limit`;
      this.#kill(child, new GenerationError(codeOf('media_timeout'), taken));
    } else if (now.memory > memory) {
      const needed = `the medium needs more than ${Math.round(memory / 2 ** 20)} MiB, which is the limit`;
      this.#kill(child, new GenerationError(codeOf('media_too_large'), needed));
    }
  }

  #kill(child: Child, reason: Error): void {
    child.killed ??= reason;
    child.process.kill('SIGKILL');
  }

  #spawn(): void {
    const [command, ...args] = [
      ...this.#sandbox.command,
      process.execPath,
      '--max-old-space-size=512',
      '--disable-warning=ExperimentalWarning',
      ENTRY,
    ];
    const started = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      env: { UV_THREADPOOL_SIZE: '2' },
    });
    const child: Child = { process: started, ready: false, current: undefined, killed: undefined, watch: undefined };
    this.#children.add(child);
    started.on('message', (message) => {
      if (child.killed !== undefined) return;
      const { data: reply } = mediaReply.safeParse(message);
      if (reply === undefined) this.#kill(child, lossOf(child.current));
      else this.#receive(child, reply);
    });
    started.on('error', () => this.#lose(child, false));
    started.once('exit', (code, signal) => this.#lose(child, signal === 'SIGKILL' || code === KILLED_IN_SANDBOX));
  }

  #receive(child: Child, reply: MediaReply): void {
    if (reply.type === 'ready') {
      child.ready = true;
    } else {
      clearInterval(child.watch);
      const { current } = child;
      child.current = undefined;
      if (reply.type === 'answer') current?.resolve(reply.answer);
      else if (reply.type === 'refused') current?.reject(new GenerationError(reply.code, reply.message));
      // A fault of ours, whose text is for the log alone.
      else current?.reject(new Error(`media: ${reply.message}`));
    }
    this.#dispatch();
  }

  /** `killed`: by whomever. */
  #lose(child: Child, killed: boolean): void {
    if (!this.#children.delete(child)) return;
    clearInterval(child.watch);
    const { current } = child;
    if (killed && child.killed === undefined && current?.killed === false && isForeign(current.job)) {
      current.killed = true;
      this.#queue.unshift(current);
    } else current?.reject(child.killed ?? lossOf(current));
    // One that dies before it is ready takes a job with it, so that a broken installation does not spawn for ever.
    if (!child.ready) this.#queue.shift()?.reject(new GenerationError('worker_unavailable', 'no media process starts'));
    if (!this.#closed && (this.#queue.length > 0 || (child.ready && this.#children.size === 0))) this.#spawn();
  }
}

/** What becomes of the job whose child died, or says what no child says. */
function lossOf(current: Waiting | undefined): GenerationError {
  return current !== undefined && isForeign(current.job)
    ? new GenerationError('media_undecodable', 'the file crashes its decoder; encode it anew')
    : new GenerationError('worker_unavailable', 'a media process died');
}

function isForeign(job: MediaJob): boolean {
  return job.type.startsWith('decode');
}
