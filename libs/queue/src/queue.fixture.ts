import { generationId, type GenerationRequest, type JobPayload, type Stage } from '@medley/domain';
import type { JobObserver, JobOutcome } from './job-observer.ts';
import { QueueAdapter } from './queue-adapter.ts';

export const bundle = { name: 'tiny-codi', digest: '1a2b3c4d'.repeat(8) };

/** A request for a picture and a sound from two conditions and a negative prompt, one of the conditions given by URL. */
export function sampleRequest(overrides: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    v: 1,
    id: generationId(),
    owner: 'key_a',
    created_at: '2026-11-24T10:00:00.000Z',
    bundle,
    conditions: [
      { type: 'text', text: 'a dog on a blue background', weight: 1 },
      { type: 'image', url: 'https://example.com/dog.png', weight: 0.5 },
    ],
    negative: 'a cat',
    outputs: [
      { type: 'image', format: 'png', guidance: 3 },
      { type: 'audio', format: 'wav', guidance: 3 },
    ],
    steps: 4,
    sampler: 'ddim',
    samples: 1,
    seed: 7,
    determinism: 'tolerant',
    priority: 'normal',
    metadata: {},
    ...overrides,
  };
}

/** A request with one text condition and one picture: one encode, one decode. */
export function smallRequest(overrides: Partial<GenerationRequest> = {}): GenerationRequest {
  const { negative: _negative, ...request } = sampleRequest(overrides);
  return { ...request, conditions: [{ type: 'text', text: 'a dog', weight: 1 }], outputs: [request.outputs[0]!] };
}

/** An adapter whose connection errors are collected instead of logged. */
export function openAdapter(url: string): { adapter: QueueAdapter; errors: Error[] } {
  const errors: Error[] = [];
  return { adapter: new QueueAdapter({ url, name: 'test', onError: (error) => errors.push(error) }), errors };
}

/** Collects what a processor reports; `until` resolves when a condition over it holds. */
export class RecordingObserver implements JobObserver {
  readonly outcomes: { stage: Stage; outcome: JobOutcome }[] = [];
  readonly failures: { error: unknown; stage: Stage; payload: JobPayload; attempt: number; final: boolean }[] = [];
  /** Of every start, whether its job had started before. */
  readonly again: boolean[] = [];
  stalls = 0;
  readonly #waiting = new Set<() => void>();

  started(_stage: Stage, _queueSeconds: number, again: boolean): void {
    this.again.push(again);
    this.#look();
  }
  ended(stage: Stage, outcome: JobOutcome): void {
    this.outcomes.push({ stage, outcome });
    this.#look();
  }
  stalled(): void {
    this.stalls += 1;
    this.#look();
  }
  failed(error: unknown, job: { stage: Stage; payload: JobPayload; attempt: number; final: boolean }): void {
    this.failures.push({ error, ...job });
    this.#look();
  }
  troubled(): void {
    this.#look();
  }

  until(holds: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (!holds()) return;
      this.#waiting.delete(look);
      resolve();
    };
    this.#waiting.add(look);
    look();
    return promise;
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
