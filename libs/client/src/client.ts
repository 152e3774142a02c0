import { readEvents, type ServerEvent } from './event-source.ts';
import { PartialFile } from './partial-file.ts';
import { ServiceError, toServiceError } from './service-error.ts';
import type { Asset, Generation, GenerationBody, GenerationList, Key, KeyBody, KeyList, Model } from './types.ts';

export interface MedleyClientOptions {
  /** Base of the service, such as http://127.0.0.1:8080. */
  url: string;
  /** API key, mdl_…. */
  key: string;
  /**
   * Requests that fail on the way or are answered 429, 502, 503 or 504 are sent again so many times, 3 by default. A POST
   * without an idempotency key is so only after 429, or 503 with Retry-After: nothing was done then.
   */
  retries?: number;
  fetch?: typeof fetch;
}

/** An event of a generation: those of contracts.md, previews, and `snapshot` where the log no longer tells the beginning. */
export type GenerationUpdate = ServerEvent;

const RETRIED = new Set([429, 502, 503, 504]);
const TERMINAL = new Set(['succeeded', 'failed', 'canceled']);

/** Typed access to a Medley service, in Node and in browsers. Every method throws ServiceError with the service's own words. */
export class MedleyClient {
  readonly #base: string;
  readonly #key: string;
  readonly #retries: number;
  readonly #fetch: typeof fetch;

  constructor({ url, key, retries = 3, fetch: send = fetch }: MedleyClientOptions) {
    this.#base = url.replace(/\/$/, '');
    this.#key = key;
    this.#retries = retries;
    this.#fetch = send;
  }

  /** Accepts a generation; sending the same body again with the same `idempotencyKey` is safe. */
  async create(
    body: GenerationBody,
    options: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<Generation> {
    return this.#json('POST', '/v1/generations', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() },
      ...pick(options.signal),
    });
  }

  async get(id: string, signal?: AbortSignal): Promise<Generation> {
    return this.#json('GET', `/v1/generations/${encodeURIComponent(id)}`, pick(signal));
  }

  async list(
    options: { cursor?: string; limit?: number; status?: string } = {},
    signal?: AbortSignal,
  ): Promise<GenerationList> {
    return this.#json('GET', `/v1/generations?${queryOf(options)}`, pick(signal));
  }

  async cancel(id: string, signal?: AbortSignal): Promise<Generation> {
    return this.#json('POST', `/v1/generations/${encodeURIComponent(id)}/cancel`, pick(signal));
  }

  async delete(id: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', `/v1/generations/${encodeURIComponent(id)}`, pick(signal));
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    return (await this.#json<{ data: Model[] }>('GET', '/v1/models', pick(signal))).data;
  }

  /** Stores a file; equal bytes of one key are stored once. */
  async upload(file: Blob, options: { name?: string; signal?: AbortSignal } = {}): Promise<Asset> {
    const form = new FormData();
    form.append('file', file, options.name ?? 'file');
    return this.#json('POST', '/v1/assets', { body: form, ...pick(options.signal) });
  }

  /** Makes an API key, for those with the scope `admin`. `key` is the secret, told this once. */
  async createKey(body: KeyBody, signal?: AbortSignal): Promise<Key & { key: string }> {
    const headers = { 'content-type': 'application/json' };
    return this.#json('POST', '/v1/admin/keys', { body: JSON.stringify(body), headers, ...pick(signal) });
  }

  async listKeys(options: { cursor?: string; limit?: number } = {}, signal?: AbortSignal): Promise<KeyList> {
    return this.#json('GET', `/v1/admin/keys?${queryOf(options)}`, pick(signal));
  }

  /** Holds at once. */
  async revokeKey(id: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', `/v1/admin/keys/${encodeURIComponent(id)}`, pick(signal));
  }

  /** Events until the terminal one. A connection that breaks is taken up again after the last event. */
  async *events(
    id: string,
    options: { lastEventId?: string; signal?: AbortSignal } = {},
  ): AsyncGenerator<GenerationUpdate> {
    let lastId = options.lastEventId;
    for (let failures = 0; ; failures += 1) {
      try {
        const response = await this.#send('GET', `/v1/generations/${encodeURIComponent(id)}/events`, {
          headers: lastId === undefined ? {} : { 'last-event-id': lastId },
          ...pick(options.signal),
        });
        for await (const event of readEvents(response.body!)) {
          failures = 0;
          lastId = event.id ?? lastId;
          yield event;
          if (TERMINAL.has(event.type)) return;
        }
      } catch (error) {
        if (error instanceof ServiceError && !RETRIED.has(error.status)) throw error;
        if (options.signal?.aborted === true || failures >= this.#retries) throw error;
      }
      if (TERMINAL.has((await this.get(id, options.signal)).status)) return;
      await pause(failures, undefined, options.signal);
    }
  }

  /** Accepts a generation and yields its events; the last value it returns is the generation as it ended. */
  async *run(
    body: GenerationBody,
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<GenerationUpdate, Generation> {
    const { id } = await this.create(body, options);
    yield* this.events(id, options);
    return this.get(id, options.signal);
  }

  /** Accepts a generation and waits for its end. Throws ServiceError when it failed or was canceled. */
  async generate(body: GenerationBody, options: { signal?: AbortSignal } = {}): Promise<Generation> {
    const updates = this.run(body, options);
    for (;;) {
      const { done, value } = await updates.next();
      if (done === true) return succeeded(value);
    }
  }

  /** Bytes of an output or of any other link that the service gave. A connection that breaks is taken up again where it broke. */
  async download(url: string, signal?: AbortSignal): Promise<Uint8Array> {
    const link = new URL(url, this.#base);
    const file = new PartialFile();
    for (let failures = 0; ; failures += 1) {
      const before = file.bytes;
      const response = await this.#send('GET', link, { headers: file.headers, ...pick(signal) });
      try {
        await file.read(response);
        return file.whole();
      } catch (error) {
        if (signal?.aborted === true) throw error;
        if (file.bytes > before) failures = 0;
        if (failures >= this.#retries)
          throw new ServiceError(
            0,
            'unreachable',
            `${link.origin} broke off after ${file.bytes} bytes: ${reasonOf(error)}`,
          );
      }
      await pause(failures, undefined, signal);
    }
  }

  async #json<Body>(method: string, path: string, init: RequestInit): Promise<Body> {
    const response = await this.#send(method, path, init);
    return (await response.json()) as Body;
  }

  async #send(method: string, path: string | URL, init: RequestInit): Promise<Response> {
    const url = new URL(path instanceof URL ? path : this.#base + path);
    const headers = {
      ...(init.headers as Record<string, string> | undefined),
      // A link to elsewhere, such as the storage, is signed; the key is the service's alone.
      ...(url.origin === new URL(this.#base).origin ? { authorization: `Bearer ${this.#key}` } : {}),
    };
    const repeatable = method !== 'POST' || 'idempotency-key' in headers;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await this.#fetch(url, { ...init, method, headers });
        if (response.ok) return response;
        const again = repeatable ? RETRIED.has(response.status) : nothingDone(response);
        if (!again || attempt >= this.#retries) throw await toServiceError(response);
        await pause(attempt, response.headers.get('retry-after') ?? undefined, init.signal ?? undefined);
      } catch (error) {
        if (error instanceof ServiceError || init.signal?.aborted === true) throw error;
        if (!repeatable || attempt >= this.#retries)
          throw new ServiceError(0, 'unreachable', `${this.#base} does not answer: ${reasonOf(error)}`);
        await pause(attempt, undefined, init.signal ?? undefined);
      }
    }
  }
}

/** Whether an answer says that the request was turned away, so that sending it again does nothing twice. */
function nothingDone({ status, headers }: Response): boolean {
  return status === 429 || (status === 503 && headers.has('retry-after'));
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

const queryOf = (options: Record<string, string | number>) =>
  new URLSearchParams(Object.entries(options).map(([name, value]) => [name, String(value)]));

const pick = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message !== ''
    ? cause.message
    : String((cause as { code?: string } | undefined)?.code ?? error);
}

/** Waits `Retry-After` seconds, or 0.25 s doubled with each attempt. */
function pause(attempt: number, retryAfter: string | undefined, signal: AbortSignal | undefined): Promise<void> {
  const seconds = Number(retryAfter);
  const milliseconds = retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : 250 * 2 ** attempt;
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(milliseconds, 10_000),
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}
