import type { Redis } from 'ioredis';
import { z } from 'zod';
import {
  TERMINAL_EVENTS,
  generationEvent,
  type EventLog,
  type GenerationEvent,
  type LoggedEvent,
  type PreviewEvent,
} from '@medley/domain';
import type { EventHub } from './event-hub.ts';
import { compareEventIds, follows } from './event-id.ts';
import { APPEND, PREVIEW } from './event-scripts.ts';
import { redisCall } from './redis-call.ts';
import { channels, redisKeys } from './redis-keys.ts';

/** Events that a log holds; older ones go. */
const CAPACITY = 2_000;
const OPEN_SECONDS = 7 * 86_400;
const ENDED_SECONDS = 3_600;
const PREVIEW_SECONDS = 120;
const PAGE = 500;

const answer = z.tuple([z.string(), z.string()]).nullable();

/** Told of every event of a generation whose progress goes to webhooks, with the roles of the notify jobs that tell it. */
export type TellProgress = (generation: string, epoch: number, roles: readonly number[]) => Promise<void>;

/** EventLog on Redis streams; live events come by publish/subscribe. Every method may throw GenerationError `queue_unavailable`. */
export class RedisEventLog implements EventLog {
  readonly #redis: Redis;
  readonly #hub: EventHub;
  readonly #tellProgress: TellProgress;

  /** One hub serves all logs of a process. `tellProgress` must not reject: an event is logged whoever else hears of it. */
  constructor(redis: Redis, hub: EventHub, tellProgress: TellProgress) {
    this.#redis = redis;
    this.#hub = hub;
    this.#tellProgress = tellProgress;
  }

  /** A second terminal event is not logged: the id of the first is the answer. Nothing is logged after it. */
  async append(generation: string, epoch: number, event: GenerationEvent): Promise<string | undefined> {
    const terminal = TERMINAL_EVENTS.has(event.type) ? '1' : '0';
    const keys = [redisKeys.events(generation), redisKeys.preview(generation), redisKeys.live(generation)];
    const values = [epoch, event.type, JSON.stringify(event), terminal, CAPACITY, OPEN_SECONDS, ENDED_SECONDS];
    const logged = answer.parse(
      await redisCall(() => APPEND.run(this.#redis, keys, [...values, channels.events(generation)])),
    );
    if (logged === null) return undefined;
    const [id, told] = logged;
    if (told !== '' && terminal === '0') await this.#tellProgress(generation, epoch, told.split(',').map(Number));
    return id;
  }

  async preview(generation: string, event: PreviewEvent): Promise<void> {
    const values = [`${event.output}:${event.sample}`, JSON.stringify(event), PREVIEW_SECONDS];
    await redisCall(() =>
      PREVIEW.run(this.#redis, [redisKeys.preview(generation)], [...values, channels.events(generation)]),
    );
  }

  async *follow(
    generation: string,
    { lastId, signal }: { lastId?: string; signal: AbortSignal },
  ): AsyncGenerator<LoggedEvent | PreviewEvent, void, undefined> {
    signal.throwIfAborted();
    const inbox = await this.#hub.join(generation, signal);
    let seen = lastId ?? '0-0';
    try {
      for (let first = true; ; first = false) {
        const { events, previews, overflowed } = inbox.take();
        if (first || overflowed) {
          for await (const entry of this.#read(generation, seen)) {
            seen = entry.id;
            yield entry;
            if (TERMINAL_EVENTS.has(entry.event.type)) return;
          }
          const end = await this.#end(generation);
          if (end !== undefined && compareEventIds(end.id, seen) <= 0) {
            if (end.id !== lastId) yield end;
            return;
          }
          yield* await this.#lastPreviews(generation);
        }
        for (const entry of events) {
          const ends = TERMINAL_EVENTS.has(entry.event.type);
          // A Redis that lost the end of its log gives ids anew: an end is told whatever its id.
          if (!ends && compareEventIds(entry.id, seen) <= 0) continue;
          seen = entry.id;
          yield entry;
          if (ends) return;
        }
        yield* previews;
        await inbox.wait(signal);
      }
    } finally {
      this.#hub.leave(generation, inbox);
    }
  }

  async trimmed(generation: string, lastId?: string): Promise<boolean> {
    const key = redisKeys.events(generation);
    const [[first], [last]] = await redisCall(() =>
      Promise.all([this.#redis.xrange(key, '-', '+', 'COUNT', 1), this.#redis.xrevrange(key, '+', '-', 'COUNT', 1)]),
    );
    if (first === undefined || last === undefined) return true;
    // Whatever its epoch, a log that tells of the acceptance has all that counts.
    const complete = typeOf(first[1][1]) === 'accepted';
    if (lastId === undefined) return !complete;
    if (compareEventIds(lastId, last[0]) > 0) return true;
    return !complete && compareEventIds(lastId, first[0]) < 0 && !follows(lastId, first[0]);
  }

  async remove(generation: string): Promise<void> {
    await redisCall(() => this.#redis.del(redisKeys.events(generation), redisKeys.preview(generation)));
  }

  /** The log after `id`, in pages. */
  async *#read(generation: string, id: string): AsyncGenerator<LoggedEvent, void, undefined> {
    for (;;) {
      const after = `(${id}`;
      const page = await redisCall(() => this.#redis.xrange(redisKeys.events(generation), after, '+', 'COUNT', PAGE));
      for (const [at, [, event]] of page) {
        const parsed = generationEvent.safeParse(JSON.parse(event!));
        if (parsed.success) yield { id: at, event: parsed.data };
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      id = last[0];
    }
  }

  /** The terminal event, if the log ends with one. */
  async #end(generation: string): Promise<LoggedEvent | undefined> {
    const [last] = await redisCall(() => this.#redis.xrevrange(redisKeys.events(generation), '+', '-', 'COUNT', 1));
    if (last === undefined || last[1][3] !== '1') return undefined;
    return { id: last[0], event: generationEvent.parse(JSON.parse(last[1][1]!)) };
  }

  async #lastPreviews(generation: string): Promise<PreviewEvent[]> {
    const kept = await redisCall(() => this.#redis.hvals(redisKeys.preview(generation)));
    return kept.map((preview) => JSON.parse(preview) as PreviewEvent);
  }
}

/** Type of a logged event; undefined for one that another release wrote in another form. */
function typeOf(event: string | undefined): GenerationEvent['type'] | undefined {
  const parsed = generationEvent.safeParse(JSON.parse(event ?? 'null'));
  return parsed.success ? parsed.data.type : undefined;
}
