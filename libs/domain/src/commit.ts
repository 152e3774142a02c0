import { randomUUID } from 'node:crypto';
import { GenerationError, describeError } from './errors.ts';
import type { GenerationEvent } from './events.ts';
import type { GenerationRequest } from './generation-request.ts';
import { ENDED_STATUSES } from './live-state.ts';
import { objectKeys } from './object-keys.ts';
import type { AssetStore, EventLog, FlowQueue, LiveStore } from './ports.ts';
import { generationResult, type GenerationResult, type OutputRecord } from './result.ts';
import { together } from './together.ts';
import { endRoles } from './webhook-subscription.ts';

export interface CommitPorts {
  store: AssetStore;
  live: LiveStore;
  events: EventLog;
  queue: FlowQueue;
  /** Told of every commit that this process won, for metrics. */
  ended?: (result: GenerationResult) => void;
}

/** How a generation ends. */
export type Ending =
  { status: 'succeeded'; outputs: OutputRecord[] } | { status: 'failed'; error: unknown } | { status: 'canceled' };

/** Seconds for which an ended generation stays in Redis; S3 answers after that. */
const ENDED_STATE_SECONDS = 3_600;

/**
 * The one commit for every terminal state: a conditional put of `result.json`. Whoever wins emits the terminal event and
 * clears the generation's jobs and tensors; a loser reads the result that stands and obeys it.
 */
export async function commitGeneration(
  ports: CommitPorts,
  request: GenerationRequest,
  epoch: number,
  ending: Ending,
  timings: Record<string, number> = {},
): Promise<{ won: boolean; result: GenerationResult }> {
  const committedAt = new Date();
  const result: GenerationResult = {
    v: 1,
    id: request.id,
    request,
    status: ending.status,
    ...(ending.status === 'failed' ? { error: describeError(ending.error) } : {}),
    outputs: ending.status === 'succeeded' ? ending.outputs : [],
    seed: request.seed,
    timings: { ...timings, committed: committedAt.getTime() },
    bundle: request.bundle,
    epoch,
    commit_token: randomUUID(),
    committed_at: committedAt.toISOString(),
  };
  const standing = await putOnce(ports.store, result);
  const won = standing.commit_token === result.commit_token;
  if (won) {
    ports.ended?.(standing);
    await finishGeneration(ports, standing);
  }
  return { won, result: standing };
}

/** The conditional put. A retried put that already succeeded is recognised by its token. */
async function putOnce(store: AssetStore, result: GenerationResult): Promise<GenerationResult> {
  const key = objectKeys.result(result.id);
  const put = await store.put(key, Buffer.from(JSON.stringify(result)), {
    contentType: 'application/json',
    ifNoneMatch: '*',
  });
  if (put.outcome === 'created') return result;
  const standing = await readResult(store, result.id);
  if (standing === undefined) throw new GenerationError('storage_unavailable', `${key} exists but can't be read yet`);
  return standing;
}

export async function readResult(
  store: AssetStore,
  generation: string,
  signal?: AbortSignal,
): Promise<GenerationResult | undefined> {
  const object = await store.get(objectKeys.result(generation), signal === undefined ? {} : { signal });
  return object === undefined
    ? undefined
    : generationResult.parse(JSON.parse(Buffer.from(object.body).toString('utf8')));
}

/**
 * What follows a commit: the word to running workers when it was canceled, terminal event, live state, webhooks, jobs,
 * tensors, and last the open object. Every part may be done twice; as long as the open object stands, the reconciler calls this again.
 */
export async function finishGeneration(ports: CommitPorts, result: GenerationResult): Promise<void> {
  const { store, live, events, queue } = ports;
  if (result.status === 'canceled' || result.status === 'deleted') await live.requestCancel(result.id);
  if (result.status !== 'deleted') {
    const { error } = result;
    const end: GenerationEvent =
      result.status === 'failed'
        ? { type: 'failed', code: error?.code ?? 'internal', message: error?.message ?? '' }
        : { type: result.status };
    // Redis hears them in this order.
    await together([
      live.update(result.id, result.epoch, { status: result.status, timings: result.timings }),
      events.append(result.id, result.epoch, end),
    ]);
    await oweNotifications(ports, result, result.status);
  }
  await live.expire(result.id, ENDED_STATE_SECONDS);
  // Another epoch may have begun before the commit.
  const epoch = Math.max(result.epoch, (await live.read(result.id))?.epoch ?? 0);
  await queue.removeJobs(result.request, epoch);
  await deletePrefix(store, objectKeys.tensorPrefix(result.id));
  await store.delete([objectKeys.open(result.id)]);
}

/** Puts down what webhooks are owed, then queues it: from here on `notify/` stands for it in place of the open object. */
async function oweNotifications(
  { store, queue }: CommitPorts,
  { request, id, epoch }: GenerationResult,
  status: 'succeeded' | 'failed' | 'canceled',
): Promise<void> {
  const roles = endRoles(request, status);
  if (roles.length === 0) return;
  const mark = { contentType: 'application/x-empty' };
  await Promise.all(roles.map((role) => store.put(objectKeys.notification(id, epoch, role), Buffer.alloc(0), mark)));
  await queue.addNotifications(id, epoch, roles);
}

/**
 * For a stage whose write to the live state was refused: when its generation has ended, the tensors that it stored
 * meanwhile came too late to be cleared with the others. Those of another epoch stay: it may need the same ones.
 */
export async function clearLateTensors(
  { store, live }: Pick<CommitPorts, 'store' | 'live'>,
  generation: string,
): Promise<void> {
  const state = await live.read(generation);
  if (state === undefined || ENDED_STATUSES.has(state.status))
    await deletePrefix(store, objectKeys.tensorPrefix(generation));
}

/** Deletes every object under a prefix. */
export async function deletePrefix(store: AssetStore, prefix: string): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await store.list(prefix, { limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    if (page.keys.length > 0) await store.delete(page.keys);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
