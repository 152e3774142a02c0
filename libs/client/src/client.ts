import { readEvents, type GenerationUpdate } from './event-source.ts';
import { GenerationRun } from './generation-run.ts';
import { PartialFile } from './partial-file.ts';
import { ServiceError, toServiceError } from './service-error.ts';
import type {
  Asset,
  Estimate,
  Generation,
  GenerationBody,
  GenerationList,
  Key,
  KeyBody,
  KeyList,
  Model,
  Share,
} from './types.ts';
import { uploading, type UploadProgress } from './upload-progress.ts';

export interface MedleyClientOptions {
  /** Base of the service, such as http://127.0.0.1:8080. */
  url: string;
  /** API key, mdl_…. A page of the service needs none: the browser sends the cookie of its session. */
  key?: string;
  /**
   * Requests that fail on the way or are answered 429, 502, 503 or 504 are sent again so many times, 3 by default. A POST
   * without an idempotency key is so only after 429, or 503 with Retry-After: nothing was done then.
   */
  retries?: number;
  /** Sends every request, uploads included, in place of the global one. */
  fetch?: typeof fetch;
}

const RETRIED = new Set([429, 502, 503, 504]);
const TERMINAL = new Set(['succeeded', 'failed', 'canceled']);

/**
 * Typed access to a Medley service, in Node and in pages of the service's own origin: it answers no preflight of others
 * (CORS). Every method throws ServiceError with the service's own words.
 */
export class MedleyClient {
  readonly #base: string;
  readonly #key: string | undefined;
  readonly #retries: number;
  readonly #fetch: typeof fetch;
  /** The `fetch` that was given. */
  readonly #own: typeof fetch | undefined;

  constructor({ url, key, retries = 3, fetch: own }: MedleyClientOptions) {
    this.#base = url.replace(/\/$/, '');
    this.#key = key;
    this.#retries = retries;
    this.#own = own;
    this.#fetch = own ?? ((...request) => fetch(...request));
  }

  /** Accepts a generation; sending the same body again with the same `idempotencyKey` is safe. */
  async create(
    body: GenerationBody,
    options: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<Generation> {
    return this.#json('POST', '/v1/generations', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': options.idempotencyKey ?? randomKey() },
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

  /** What a generation would cost; nothing is queued. */
  async estimate(body: GenerationBody, signal?: AbortSignal): Promise<Estimate> {
    const headers = { 'content-type': 'application/json' };
    const init = { body: JSON.stringify(body), headers, repeatable: true, ...pick(signal) };
    return this.#json('POST', '/v1/generations/estimate', init);
  }

  /** A link that shows what was made to whoever has it. Asked for again, it is the same link. */
  async share(id: string, signal?: AbortSignal): Promise<Share> {
    return this.#json('POST', `/v1/generations/${encodeURIComponent(id)}/share`, { repeatable: true, ...pick(signal) });
  }

  /** Takes the link back; holds at once. */
  async revokeShare(id: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', `/v1/generations/${encodeURIComponent(id)}/share`, pick(signal));
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    return (await this.#json<{ data: Model[] }>('GET', '/v1/models', pick(signal))).data;
  }

  /**
   * Stores a file; equal bytes of one key are stored once, so sending them again is safe. `onProgress` is told of the
   * bytes that have left, from the beginning again where the file is sent again.
   */
  async upload(
    file: Blob,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: UploadProgress } = {},
  ): Promise<Asset> {
    const type = file.type === '' ? 'application/octet-stream' : file.type;
    const init = { body: file, headers: { 'content-type': type }, repeatable: true, ...pick(signal) };
    return this.#json('POST', '/v1/assets', {
      ...init,
      ...(onProgress === undefined ? {} : { send: uploading(file, onProgress, this.#own) }),
    });
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
    for (let [failures, ended] = [0, false]; ; failures += 1) {
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
        // What the log has left was told, and the terminal one is not in it any more.
        if (ended) return;
      } catch (error) {
        if (error instanceof ServiceError && !RETRIED.has(error.status)) throw error;
        if (options.signal?.aborted === true || failures >= this.#retries) throw error;
      }
      ended = TERMINAL.has((await this.get(id, options.signal)).status);
      if (!ended) await pause(failures, undefined, options.signal);
    }
  }

  /**
   * Accepts a generation. Awaited, it is the generation when it has succeeded, else a ServiceError; iterated over, it is
   * its events and previews until it ended, however it did. An abort ends the waiting, not the generation.
   */
  generate(body: GenerationBody, options: { idempotencyKey?: string; signal?: AbortSignal } = {}): GenerationRun {
    return new GenerationRun(this, this.create(body, options), options.signal);
  }

  /** Bytes of an output or of any other link that the service gave. A connection that breaks is taken up again where it broke. */
  async download(url: string, signal?: AbortSignal): Promise<Uint8Array> {
    const link = new URL(url, this.#base);
    const file = new PartialFile();
    for (let failures = 0; ; failures += 1) {
      const before = file.bytes;
      const response = await this.#send('GET', link, { headers: file.headers, alsoTaken: 416, ...pick(signal) });
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

  async #json<Body>(method: string, path: string, init: ServiceRequest): Promise<Body> {
    const response = await this.#send(method, path, init);
    return (await response.json()) as Body;
  }

  async #send(
    method: string,
    path: string | URL,
    { send = this.#fetch, repeatable: safe, alsoTaken, ...init }: ServiceRequest,
  ): Promise<Response> {
    const url = new URL(path instanceof URL ? path : this.#base + path);
    const headers = {
      ...(init.headers as Record<string, string> | undefined),
      // A link to elsewhere, such as the storage, is signed; the key is the service's alone.
      ...(this.#key !== undefined && url.origin === new URL(this.#base).origin
        ? { authorization: `Bearer ${this.#key}` }
        : {}),
    };
    const repeatable = safe === true || method !== 'POST' || 'idempotency-key' in headers;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await send(url, { ...init, method, headers });
        if (response.ok || response.status === alsoTaken) return response;
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

/** A request, and what sends it where that is not plain `fetch`. */
interface ServiceRequest extends RequestInit {
  send?: typeof fetch;
  /** A status beside those of success that is an answer. */
  alsoTaken?: number;
  /** A POST that may be sent again although it has no idempotency key. */
  repeatable?: boolean;
}

/** 128 random bits; a page that came without TLS has no `randomUUID`. */
const randomKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Whether an answer says that the request was turned away, so that sending it again does nothing twice. */
function nothingDone({ status, headers }: Response): boolean {
  return status === 429 || (status === 503 && headers.has('retry-after'));
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
