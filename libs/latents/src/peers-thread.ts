import { parentPort, workerData } from 'node:worker_threads';
import { tensorBytes } from '@medley/tensor';
import { ClientError } from 'nice-grpc-common';
import type { PeersAnswer, PeersMessage, PeersTask } from './peers-protocol.ts';
import { Peers, type PeersOptions } from './peers.ts';

/**
 * Entry of a worker thread: receives large tensors. HTTP/2 hands them over in hundreds of small buffers, which cost
 * time and garbage collections; those of this thread have only its small heap to look through, and nobody waits for them.
 */

const peers = new Peers(workerData as PeersOptions);
const running = new Map<number, AbortController>();

async function answer(id: number, { address, reference, traceparent }: PeersTask): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const bytes = tensorBytes(await peers.fetch(address, reference, controller.signal, traceparent))
      .buffer as ArrayBuffer;
    parentPort?.postMessage({ id, bytes } satisfies PeersAnswer, [bytes]);
  } catch (error) {
    const failure =
      error instanceof ClientError ? { path: error.path, code: error.code, details: error.details } : (error as Error);
    parentPort?.postMessage({ id, failure } satisfies PeersAnswer);
  } finally {
    running.delete(id);
  }
}

parentPort?.on('message', (message: PeersMessage) => {
  if ('task' in message) void answer(message.id, message.task);
  else running.get(message.id)?.abort();
});
