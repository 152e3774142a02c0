import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { childEnvironment } from './env.ts';
import { LauncherError } from './launcher-error.ts';
import { lowerPriority } from './lower-priority.ts';
import { ProcessLog } from './process-log.ts';
import { HEALTHY_MILLISECONDS, restartDelay } from './restart-delay.ts';

const listeningMessage = z.object({ type: z.literal('listening'), health: z.url(), api: z.url().optional() });
/** Where a process listens, as it tells over IPC. */
export type Listening = z.infer<typeof listeningMessage>;

/** A machine that does much else may take long; what ends by itself is noticed at once. */
const START_MILLISECONDS = 180_000;

export interface ProcessOptions {
  name: string;
  command: string;
  args: readonly string[];
  /** What is added to the environment. After a crash `before` says where it listened, so that it listens there again. */
  environment?: (before: Listening | undefined) => Record<string, string>;
  /** A line of its output by which a process without IPC says that it is ready; it ends when its standard input does. */
  readyLine?: RegExp;
  /** Whether it has what others leave of the processor. */
  background?: boolean;
  /** Folder of the log files. */
  logs: string;
  /** Takes one line for the terminal. */
  say: (line: string) => void;
}

interface Life {
  child: ChildProcess;
  listening: Promise<Listening | undefined>;
  /** How it ended, in words. */
  ended: Promise<string>;
}

/**
 * A process of the deployment, in a process group of its own, so that a Ctrl-C reaches the launcher alone. Once it has
 * started it is started again whenever it ends by itself. It ends when the launcher does, however that ends.
 */
export class ManagedProcess {
  readonly #options: ProcessOptions;
  readonly #log: ProcessLog;
  readonly #stop = new AbortController();
  #life: Life | undefined;
  #listening: Listening | undefined;
  #watching: Promise<void> | undefined;
  #lastError: string | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#log = new ProcessLog(options.logs, options.name, (line) => this.#onError(line));
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#life?.child.pid;
  }

  /** Where it listens; undefined before, and for a process without IPC. */
  get listening(): Listening | undefined {
    return this.#listening;
  }

  /** Resolves when it says that it listens. Rejects with LauncherError, in its own words, when it ends before. */
  async start(): Promise<void> {
    const life = this.#begin();
    const ended = life.ended.then((how) => {
      throw new LauncherError(`${this.name} did not start: ${this.#lastError ?? `it ${how}, see ${this.#log.path}`}`);
    });
    const late = new Promise<never>((_, reject) => {
      AbortSignal.timeout(START_MILLISECONDS).addEventListener('abort', () =>
        reject(
          new LauncherError(`${this.name} has not started after ${START_MILLISECONDS / 1000} s, see ${this.#log.path}`),
        ),
      );
    });
    await Promise.race([life.listening, ended, late]);
    for (const outrun of [ended, late]) outrun.catch(() => undefined);
    this.#watching = this.#watch(life);
  }

  /** Ends it in order; what is left after `milliseconds` is killed, and so is everything that it started. */
  async stop(milliseconds: number): Promise<void> {
    this.#stop.abort();
    const life = this.#life;
    if (life !== undefined) {
      if (this.#options.readyLine === undefined) life.child.kill('SIGTERM');
      else life.child.stdin?.end();
      const limit = setTimeout(() => this.kill(), milliseconds);
      await life.ended;
      clearTimeout(limit);
    }
    await this.#watching;
    this.#log.close();
  }

  /** Ends its whole process group at once. */
  kill(): void {
    if (this.#life !== undefined) killGroup(this.#life.child);
  }

  #begin(): Life {
    const { command, args, environment, readyLine, background = false } = this.#options;
    const child = spawn(command, args, {
      detached: true,
      env: childEnvironment(environment?.(this.#listening) ?? {}),
      stdio: ['pipe', 'pipe', 'pipe', ...(readyLine === undefined ? (['ipc'] as const) : [])],
    }) as ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable };
    if (background && child.pid !== undefined) void lowerPriority(child.pid);
    child.stdin.on('error', () => undefined); // It may have ended.
    const listening = new Promise<Listening | undefined>((resolve) => {
      this.#log.follow(child.stdout, child.stderr, (line) => {
        if (readyLine?.test(line) === true) resolve(undefined);
      });
      child.on('message', (message) => {
        const { data } = listeningMessage.safeParse(message);
        if (data !== undefined) resolve((this.#listening = data));
      });
    });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        killGroup(child);
        resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
      });
      child.once('error', (error) => resolve(`can't be run: ${error.message}`));
    });
    const life = { child, listening, ended };
    this.#life = life;
    return life;
  }

  async #watch(first: Life): Promise<void> {
    const { say } = this.#options;
    let failures = 0;
    for (let life = first, begun = Date.now(); ;) {
      const how = await life.ended;
      if (this.#stop.signal.aborted) return;
      failures = Date.now() - begun > HEALTHY_MILLISECONDS ? 1 : failures + 1;
      const wait = restartDelay(failures);
      say(`${this.name} ${how}; it is started again`);
      await delay(wait, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      begun = Date.now();
      life = this.#begin();
    }
  }

  #onError(line: string): void {
    this.#lastError = line;
    if (this.#watching !== undefined) this.#options.say(`${this.name}: ${line}`);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
