import type { Readable } from 'node:stream';
import type { GenerationEvent, LoggedEvent, PreviewEvent } from './events.ts';
import type { PoolSeconds } from './generation-cost.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { BundleRef, JobPayload, Stage } from './job-catalog.ts';
import type { LiveState, LiveStatePatch } from './live-state.ts';

/** Ports between the core and the adapters: implemented in libs/assets and libs/queue, injected by the apps. */

export interface ObjectHead {
  etag: string;
  bytes: number;
  contentType: string;
  /** User metadata; names are lower case. */
  metadata: Record<string, string>;
  lastModified: Date;
}

export interface PutOptions {
  contentType: string;
  metadata?: Record<string, string>;
  contentDisposition?: string;
  /** Create only: answers `exists` instead of replacing. */
  ifNoneMatch?: '*';
  /** Replace only this version: answers `exists` when the ETag differs. */
  ifMatch?: string;
  signal?: AbortSignal;
}

/** An S3 bucket. Errors: GenerationError `storage_unavailable` (retryable) or `storage_full`. */
export interface AssetStore {
  /** `exists`: the condition did not hold and nothing was written. A streamed body needs `bytes`. */
  put(
    key: string,
    body: Uint8Array | Readable,
    options: PutOptions & { bytes?: number },
  ): Promise<{ outcome: 'created'; etag: string } | { outcome: 'exists' }>;
  /** Undefined when there is no such object. */
  get(key: string, options?: { signal?: AbortSignal }): Promise<{ head: ObjectHead; body: Uint8Array } | undefined>;
  /** Streams an object, or bytes `start`…`end` (inclusive) of it. */
  stream(
    key: string,
    options?: { range?: { start: number; end?: number }; signal?: AbortSignal },
  ): Promise<{ head: ObjectHead; body: Readable } | undefined>;
  head(key: string, signal?: AbortSignal): Promise<ObjectHead | undefined>;
  /** Pages of keys in lexicographic order. */
  list(
    prefix: string,
    options?: { cursor?: string; limit?: number; signal?: AbortSignal },
  ): Promise<{ keys: string[]; cursor?: string }>;
  /** Bytes of all objects under a prefix. */
  bytesUnder(prefix: string, signal?: AbortSignal): Promise<number>;
  delete(keys: readonly string[], signal?: AbortSignal): Promise<void>;
  /** A link to which exactly these bytes can be put; `headers` belong to the request. */
  presignPut(
    key: string,
    options: { seconds: number; bytes: number; sha256: string; contentType: string },
  ): Promise<{ url: string; headers: Record<string, string> }>;
  presignGet(key: string, options: { seconds: number; contentDisposition?: string }): Promise<string>;
}

/** State of one queue job as the reconciler sees it. `live`: waiting, prioritized, delayed, waiting for children, or active under a lock that is held. */
export type JobState = 'absent' | 'live' | 'stale' | 'completed' | 'failed';

export interface SeenJob {
  stage: Stage;
  state: JobState;
  /** It failed because no worker that took it lived to its end. */
  crashed?: true;
  /** Why it failed, in the words of its handler. */
  reason?: string;
}

export interface FlowQueue {
  /** Flow 1: `diffuse` over one `encode` per condition (and `ingest` under those given by URL). Idempotent for (generation, epoch). */
  addEncodeFlow(request: GenerationRequest, epoch: number, turn: number): Promise<void>;
  /** Flow 2: `assemble` over one `decode` per output and sample. Idempotent for (generation, epoch). */
  addDecodeFlow(request: GenerationRequest, epoch: number, turn: number): Promise<void>;
  /** One notify job for each role. One that is there already stays; with `replace` it gives way unless it runs. */
  addNotifications(
    generation: string,
    epoch: number,
    roles: readonly number[],
    options?: { delayMilliseconds?: number; replace?: boolean },
  ): Promise<void>;
  /** Removes every job of the generation that is not running, of every epoch up to `epoch`; those of notify stay. */
  removeJobs(request: GenerationRequest, epoch: number): Promise<void>;
  /** How many generations of the same bundle start before this one; undefined when it is not waiting. */
  position(request: GenerationRequest, epoch: number): Promise<number | undefined>;
  /** The same, with the seconds until it starts; without a generation for one that would come last. */
  wait(bundle: BundleRef, generation?: string): Promise<{ position: number; seconds: number } | undefined>;
  /** States of all jobs of one epoch by job id; reasons of those that failed. */
  jobStates(request: GenerationRequest, epoch: number): Promise<Map<string, SeenJob>>;
}

/** Live state in Redis: rebuilt by the reconciler when it is lost. */
export interface LiveStore {
  /** `accepted`: seconds of work that are counted as accepted with the first state of a generation; one that is begun anew has none. */
  create(
    request: GenerationRequest,
    epoch: number,
    start?: Pick<LiveStatePatch, 'turn' | 'work'> & { accepted?: PoolSeconds },
  ): Promise<void>;
  read(generation: string): Promise<LiveState | undefined>;
  /** Refused (`false`) for another epoch than the current one, and after the end. An end is taken from any epoch. */
  update(generation: string, epoch: number, patch: LiveStatePatch): Promise<boolean>;
  /** Keeps the state of an ended generation for a while only. */
  expire(generation: string, seconds: number): Promise<void>;
  remove(generation: string): Promise<void>;
  /** Durable cancel flag, watched by workers. */
  requestCancel(generation: string): Promise<void>;
  isCanceled(generation: string): Promise<boolean>;
  /** Generations of an API key, newest first. */
  list(owner: string, options: { cursor?: string; limit: number }): Promise<{ generations: string[]; cursor?: string }>;
  /** The owner's next turn in weighted-fair virtual time, from 1 on; lower runs earlier. One unit of `cost` is a tick. */
  nextTurn(owner: string, cost: number, priority: GenerationRequest['priority']): Promise<number>;
}

/** The event log of generations. */
export interface EventLog {
  /** Appends with the id `<epoch>-<next sequence>`; an event of an older epoch is dropped and answers undefined, unless it is terminal. */
  append(generation: string, epoch: number, event: GenerationEvent): Promise<string | undefined>;
  /** Publishes a preview to current listeners and keeps it as the last one for a while. */
  preview(generation: string, event: PreviewEvent): Promise<void>;
  /**
   * Events after `lastId` (all when undefined), then live ones, until the terminal event or the signal. Ids grow, but for that of a
   * terminal event that was logged anew by a store that had lost some.
   */
  follow(
    generation: string,
    options: { lastId?: string; signal: AbortSignal },
  ): AsyncIterable<LoggedEvent | PreviewEvent>;
  /** Whether the log can no longer tell everything after `lastId` (from the start when undefined): it was capped, or has expired. */
  trimmed(generation: string, lastId?: string): Promise<boolean>;
  remove(generation: string): Promise<void>;
}

/** What a handler of a stage is given. */
export interface JobContext {
  payload: JobPayload;
  /** The generation's live state when the job began; undefined where there is none, and for stages that outlive their generation. */
  state: LiveState | undefined;
  /** How often this job was started, this time included. */
  attempt: number;
  /** Seconds since it could start, or could again. */
  queueSeconds: number;
  /** Whether a failure now is final. */
  lastAttempt: boolean;
  /** Aborted when the lock is lost, the generation is canceled, the time-out passed or, with HandedBack, the process stops. */
  signal: AbortSignal;
}
