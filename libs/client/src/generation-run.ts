import type { MedleyClient } from './client.ts';
import type { GenerationUpdate } from './event-source.ts';
import { ServiceError } from './service-error.ts';
import type { Generation } from './types.ts';

/** A generation that was sent off: a promise of its end, and an iterable of what happens until then. */
export class GenerationRun implements Promise<Generation>, AsyncIterable<GenerationUpdate> {
  readonly [Symbol.toStringTag] = 'GenerationRun';
  /** The generation as it was accepted: its id, and the seed that it uses. */
  readonly accepted: Promise<Generation>;
  readonly #client: MedleyClient;
  readonly #signal: { signal?: AbortSignal };
  #end: Promise<Generation> | undefined;

  constructor(client: MedleyClient, accepted: Promise<Generation>, signal: AbortSignal | undefined) {
    this.#client = client;
    this.accepted = accepted;
    this.#signal = signal === undefined ? {} : { signal };
    accepted.catch(() => undefined); // Whoever awaits or iterates hears of it.
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<GenerationUpdate> {
    yield* this.#client.events((await this.accepted).id, this.#signal);
  }

  then<One = Generation, Other = never>(
    fulfilled?: ((generation: Generation) => One | PromiseLike<One>) | null,
    rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    return this.#ended().then(fulfilled, rejected);
  }

  catch<Other = never>(
    rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Generation | Other> {
    return this.#ended().catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<Generation> {
    return this.#ended().finally(settled);
  }

  #ended(): Promise<Generation> {
    this.#end ??= this.#follow();
    return this.#end;
  }

  async #follow(): Promise<Generation> {
    for await (const { type } of this) if (type === 'failed' || type === 'canceled') break;
    return succeeded(await this.#client.get((await this.accepted).id, this.#signal.signal));
  }
}

/** The generation, if it succeeded. Throws ServiceError with the reason otherwise. */
export function succeeded(generation: Generation): Generation {
  if (generation.status === 'succeeded') return generation;
  const { error } = generation;
  throw new ServiceError(
    0,
    error?.code ?? generation.status,
    error?.message ?? `the generation was ${generation.status}`,
    error?.pointer,
  );
}
