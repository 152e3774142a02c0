import { Worker } from 'node:worker_threads';
import { GenerationError } from '@medley/domain';
import type { ThreadAnswer, ThreadMessage, ThreadTask } from './session-protocol.ts';

export interface SessionPoolOptions {
  /** Worker threads; each holds its own sessions. */
  threads: number;
  /** What graphs run on; `cpu` by default. Graphs don't load on `cuda` without ONNX Runtime's files for it, CUDA 12 and cuDNN 9. */
  provider?: ExecutionProvider;
  /** Threads inside one call. On busy cores one is fastest, with more pool threads instead. */
  intraOpThreads?: number;
}

export type ExecutionProvider = 'cpu' | 'cuda';

interface Waiting {
  task: ThreadTask;
  transfer: ArrayBuffer[];
  signal: AbortSignal;
  resolve: (answer: ThreadAnswer) => void;
  reject: (reason: Error) => void;
}

interface Thread {
  worker: Worker;
  /** What the thread is at, and the id of its message. */
  current: Waiting | undefined;
  id: number;
}

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './session-thread.ts' : './session-thread.js', import.meta.url);

/**
 * Runs graphs on worker threads, first come, first served. A thread that dies rejects what it was at with the retryable
 * GenerationError `worker_unavailable`, and is replaced.
 */
export class SessionPool {
  readonly #settings: { intraOpThreads: number; provider: ExecutionProvider };
  readonly #threads: Thread[] = [];
  readonly #queue: Waiting[] = [];
  /** Graphs that every thread loads, in order. */
  readonly #preloaded: string[] = [];
  #id = 0;
  #closed = false;

  constructor({ threads, intraOpThreads = 1, provider = 'cpu' }: SessionPoolOptions) {
    this.#settings = { intraOpThreads, provider };
    for (let index = 0; index < threads; index += 1) this.#threads.push(this.#spawn());
  }

  get size(): number {
    return this.#threads.length;
  }

  /** Loads a graph on every thread, now and on threads that come later. Answers of one thread. */
  async preload(path: string): Promise<Extract<ThreadAnswer, { type: 'load' }>> {
    this.#preloaded.push(path);
    const never = new AbortController().signal;
    const answers = await Promise.all(this.#threads.map(() => this.submit({ type: 'load', path }, [], never)));
    return answers[0] as Extract<ThreadAnswer, { type: 'load' }>;
  }

  /** Performs a task on the next idle thread. Buffers in `transfer` are given up. An abort removes a task that has not begun; one that runs is finished, its answer dropped. */
  submit(task: ThreadTask, transfer: ArrayBuffer[], signal: AbortSignal): Promise<ThreadAnswer> {
    return new Promise<ThreadAnswer>((resolve, reject) => {
      if (signal.aborted || this.#closed) {
        reject(
          this.#closed
            ? new GenerationError('worker_unavailable', 'the session pool is closed')
            : (signal.reason as Error),
        );
        return;
      }
      const waiting: Waiting = { task, transfer, signal, resolve, reject };
      const abort = () => {
        const at = this.#queue.indexOf(waiting);
        if (at !== -1) this.#queue.splice(at, 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
      waiting.resolve = (answer) => (signal.removeEventListener('abort', abort), resolve(answer));
      waiting.reject = (reason) => (signal.removeEventListener('abort', abort), reject(reason));
      this.#queue.push(waiting);
      this.#dispatch();
    });
  }

  /** Ends every thread; tasks that are left are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0))
      reject(new GenerationError('worker_unavailable', 'the session pool is closed'));
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    for (const thread of this.#threads) {
      if (thread.current !== undefined) continue;
      const next = this.#queue.shift();
      if (next === undefined) return;
      thread.current = next;
      thread.id = this.#id += 1;
      thread.worker.postMessage({ id: thread.id, task: next.task }, next.transfer);
    }
  }

  #spawn(): Thread {
    const worker = new Worker(ENTRY, { workerData: this.#settings });
    const thread: Thread = { worker, current: undefined, id: 0 };
    worker.on('message', (message: ThreadMessage) => {
      // A thread that replaces a dead one answers for the graphs that it loads; nobody waits for that.
      if (message.id !== thread.id) return;
      const done = thread.current;
      thread.current = undefined;
      this.#dispatch();
      // A fault of ours, whose text is for the log alone.
      if ('error' in message) done?.reject(new Error(`the graph failed: ${message.error}`));
      else done?.resolve(message.answer);
    });
    let failure: unknown;
    worker.on('error', (error: Error) => (failure = error));
    worker.on('exit', (code) => {
      const lost = thread.current;
      lost?.reject(
        new GenerationError('worker_unavailable', `an inference thread ended with code ${code}`, { cause: failure }),
      );
      if (this.#closed) return;
      this.#threads[this.#threads.indexOf(thread)] = this.#revive();
      this.#dispatch();
    });
    return thread;
  }

  /** A new thread loads what the others hold before it takes work. */
  #revive(): Thread {
    const thread = this.#spawn();
    for (const path of this.#preloaded)
      thread.worker.postMessage({ id: -1, task: { type: 'load', path } satisfies ThreadTask });
    return thread;
  }
}
