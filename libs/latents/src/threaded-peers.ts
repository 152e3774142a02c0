import { Worker } from 'node:worker_threads';
import type { TensorReference } from '@medley/domain';
import { tensorFromBytes, type Tensor } from '@medley/tensor';
import { ClientError, Status } from 'nice-grpc-common';
import type { PeersAnswer, PeersMessage, PeersTask } from './peers-protocol.ts';
import type { PeersOptions } from './peers.ts';

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './peers-thread.ts' : './peers-thread.js', import.meta.url);
/** Small, so that the buffers of the thread's connections are soon freed. */
const YOUNG_GENERATION_MEBIBYTES = 4;

interface Waiting {
  resolve: (bytes: ArrayBuffer) => void;
  reject: (reason: Error) => void;
}

/** Peers on a thread of their own, which begins with the first fetch. A fetch whose thread ends is rejected; the next one gets another thread. */
export class ThreadedPeers {
  readonly #options: PeersOptions;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #id = 0;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** As Peers.fetch, but for DamagedTensor, which comes as an Error. */
  async fetch(address: string, reference: TensorReference, signal: AbortSignal, traceparent?: string): Promise<Tensor> {
    const bytes = await this.#call({ address, reference, traceparent }, signal);
    return tensorFromBytes(reference.data_type, reference.shape, new Uint8Array(bytes));
  }

  /** Ends the thread and its connections. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  async #call(task: PeersTask, signal: AbortSignal): Promise<ArrayBuffer> {
    signal.throwIfAborted();
    const thread = (this.#thread ??= this.#start());
    const id = (this.#id += 1);
    const { promise, resolve, reject } = Promise.withResolvers<ArrayBuffer>();
    const cancel = () => {
      thread.postMessage({ id, cancel: true } satisfies PeersMessage);
      reject(signal.reason);
    };
    signal.addEventListener('abort', cancel, { once: true });
    this.#waiting.set(id, { resolve, reject });
    thread.ref();
    thread.postMessage({ id, task } satisfies PeersMessage);
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) thread.unref();
    }
  }

  #start(): Worker {
    const thread = new Worker(ENTRY, {
      workerData: this.#options,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MEBIBYTES },
    });
    thread.on('message', (answer: PeersAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      if (!('failure' in answer)) waiting?.resolve(answer.bytes);
      else if (answer.failure instanceof Error) waiting?.reject(answer.failure);
      else waiting?.reject(new ClientError(answer.failure.path, answer.failure.code, answer.failure.details));
    });
    let cause = 'it was closed';
    thread.on('error', (error: Error) => (cause = error.message));
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
      const lost = new ClientError('Fetch', Status.UNAVAILABLE, `the thread of the exchange ended: ${cause}`);
      for (const { reject } of this.#waiting.values()) reject(lost);
    });
    return thread;
  }
}
