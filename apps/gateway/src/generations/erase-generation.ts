import { randomUUID } from 'node:crypto';
import { deletePrefix, finishGeneration, objectKeys, type CommitPorts, type GenerationResult } from '@medley/domain';
import { releasePinned } from '../assets/generation-inputs.ts';
import { eraseDeliveries } from '../webhooks/deliveries.ts';

/**
 * Erases what is left of a generation whose tombstone stands: files, pins, epochs, deliveries of webhooks, tensors, live
 * state and events, and last its open object. May be done twice.
 */
export async function eraseGeneration(ports: CommitPorts, buried: GenerationResult): Promise<void> {
  const { store, live, events } = ports;
  const { id } = buried;
  await Promise.all([
    deletePrefix(store, objectKeys.outputPrefix(id)),
    releasePinned(store, buried.request),
    deletePrefix(store, objectKeys.epochPrefix(id)),
    eraseDeliveries(store, id),
    store.delete([objectKeys.share(id)]),
    live.remove(id),
    events.remove(id),
  ]);
  await finishGeneration(ports, buried);
}

/** Keeps ids and times only: nothing that the client sent. */
export function tombstone(result: GenerationResult): GenerationResult {
  const { negative: _negative, fingerprint: _fingerprint, webhooks: _webhooks, ...request } = result.request;
  const { error: _error, ...rest } = result;
  return {
    ...rest,
    request: { ...request, conditions: [{ type: 'text', text: '', weight: 1 }], metadata: {} },
    status: 'deleted',
    outputs: [],
    commit_token: randomUUID(),
    committed_at: new Date().toISOString(),
  };
}
