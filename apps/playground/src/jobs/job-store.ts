import { ServiceError, type Generation, type GenerationBody, type MedleyClient } from '@medley/client';
import { NOTHING_YET, applyUpdate, type Live } from './live.ts';
import { betweenLooks, hasEnded, mergePage, withGeneration } from './merge.ts';

const PAGE = 24;
/** How often it is asked whether a look is due. */
const TICK_MILLISECONDS = 1_000;

export interface Jobs {
  /** Newest first, those of other tabs and programs with the same key included. */
  list: readonly Generation[];
  /** What the events of the watched generation have told, as long as it runs. */
  live: ReadonlyMap<string, Live>;
  loaded: boolean;
  more: boolean;
  /** Why the list may be old. */
  trouble: string | undefined;
}

/** This visitor's generations, kept fresh by events of the one that is watched, other tabs' words and a look at the list now and then. */
export class JobStore {
  readonly client: MedleyClient;
  readonly #onExpired: () => void;
  readonly #listeners = new Set<() => void>();
  #jobs: Jobs = { list: [], live: new Map(), loaded: false, more: false, trouble: undefined };
  /** Begun here since the list was last asked for. */
  #fresh = new Set<string>();
  #cursor: string | null = null;
  #looking: Promise<void> | undefined;
  #lookedAt = -Infinity;
  /** While it is started. */
  #tabs: BroadcastChannel | undefined;
  #watched: { id: string; stop: AbortController } | undefined;

  constructor(client: MedleyClient, onExpired: () => void) {
    this.client = client;
    this.#onExpired = onExpired;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): Jobs => this.#jobs;

  /** Keeps the list fresh until the answer is called. */
  start(): () => void {
    const tabs = new BroadcastChannel('medley');
    this.#tabs = tabs;
    const look = () => {
      if (document.visibilityState === 'visible') void this.look();
    };
    tabs.addEventListener('message', look);
    document.addEventListener('visibilitychange', look);
    const timer = setInterval(() => {
      if (performance.now() - this.#lookedAt >= betweenLooks(this.#jobs)) look();
    }, TICK_MILLISECONDS);
    look();
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
      tabs.close();
      this.#tabs = undefined;
      this.watch(undefined);
    };
  }

  /** Reads the newest page of the list. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** Reads the next older page. */
  async loadMore(): Promise<void> {
    if (this.#cursor === null) return;
    const { data, next_cursor: next } = await this.client.list({ limit: PAGE, cursor: this.#cursor });
    this.#cursor = next;
    const known = new Set(this.#jobs.list.map(({ id }) => id));
    const list = [...this.#jobs.list, ...data.filter(({ id }) => !known.has(id))];
    this.#set({ list, more: next !== null });
  }

  /** Throws ServiceError. */
  async submit(body: GenerationBody): Promise<Generation> {
    const generation = await this.#call(this.client.create(body));
    this.#fresh.add(generation.id);
    this.#put(generation);
    this.#tabs?.postMessage('begun');
    return generation;
  }

  async cancel(id: string): Promise<void> {
    this.#put(await this.#call(this.client.cancel(id)));
    this.#tabs?.postMessage('ended');
  }

  async delete(id: string): Promise<void> {
    await this.#call(this.client.delete(id));
    this.#set({ list: this.#jobs.list.filter((generation) => generation.id !== id) });
    this.#forget(id);
    this.#tabs?.postMessage('deleted');
  }

  /** Follows the events of one generation; the one that was watched before is left to the looks at the list. */
  watch(id: string | undefined): void {
    if (this.#watched?.id === id) return;
    this.#watched?.stop.abort();
    this.#watched = undefined;
    if (id === undefined) return;
    const stop = new AbortController();
    this.#watched = { id, stop };
    this.#follow(id, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) this.#failed(error);
    });
  }

  async #follow(id: string, signal: AbortSignal): Promise<void> {
    const known = this.#jobs.list.find((generation) => generation.id === id);
    if (known === undefined || hasEnded(known)) {
      const found = known ?? (await this.client.get(id, signal));
      this.#put(found);
      if (hasEnded(found)) return;
    }
    let live = NOTHING_YET;
    try {
      for await (const event of this.client.events(id, { signal })) {
        live = applyUpdate(live, event);
        this.#set({ live: new Map(this.#jobs.live).set(id, live) });
      }
      this.#put(await this.client.get(id, signal));
    } finally {
      this.#forget(id);
    }
    this.#tabs?.postMessage('ended');
  }

  /** Drops what its events told, previews above all. */
  #forget(id: string): void {
    const live = new Map(this.#jobs.live);
    if (live.delete(id)) this.#set({ live });
  }

  async #look(): Promise<void> {
    this.#lookedAt = performance.now();
    this.#fresh.clear();
    try {
      const { data, next_cursor: next } = await this.client.list({ limit: PAGE });
      const whole = next === null;
      if (!this.#jobs.loaded) this.#cursor = next;
      const list = mergePage(this.#jobs.list, data, { whole, fresh: this.#fresh });
      this.#set({ list, loaded: true, more: this.#cursor !== null, trouble: undefined });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #call<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return answer.catch((error: unknown) => {
      if (error instanceof ServiceError && error.status === 401) this.#onExpired();
      throw error;
    });
  }

  #failed(error: unknown): void {
    if (error instanceof ServiceError && error.status === 401) this.#onExpired();
    else this.#set({ trouble: error instanceof Error ? error.message : String(error) });
  }

  #put(generation: Generation): void {
    this.#set({ list: withGeneration(this.#jobs.list, generation) });
  }

  #set(changes: Partial<Jobs>): void {
    this.#jobs = { ...this.#jobs, ...changes };
    for (const listener of this.#listeners) listener();
  }
}
