import type { Redis } from 'ioredis';
import { generationEvent, type PreviewEvent } from '@medley/domain';
import { abortable } from './abortable.ts';
import { EventInbox } from './event-inbox.ts';
import { redisCall } from './redis-call.ts';
import { channels } from './redis-keys.ts';

const CHANNEL_PREFIX = channels.events('');

/** One subscription per followed generation and process, however many follow it: each message is parsed once. */
export class EventHub {
  readonly #subscriber: Redis;
  readonly #inboxes = new Map<string, Set<EventInbox>>();
  readonly #onMessage = (channel: string, message: string) => this.#deliver(channel, message);
  readonly #onReady = () => void this.#invalidate();

  constructor(subscriber: Redis) {
    this.#subscriber = subscriber;
    subscriber.on('message', this.#onMessage);
    subscriber.on('ready', this.#onReady);
  }

  /**
   * Resolves when the subscription stands: what is published from then on reaches the inbox. While Redis is away that
   * waits; rejects with the signal's reason.
   */
  async join(generation: string, signal: AbortSignal): Promise<EventInbox> {
    const inbox = new EventInbox();
    const inboxes = this.#inboxes.get(generation) ?? new Set();
    inboxes.add(inbox);
    this.#inboxes.set(generation, inboxes);
    try {
      await abortable(
        redisCall(() => this.#subscriber.subscribe(channels.events(generation))),
        signal,
      );
    } catch (error) {
      this.leave(generation, inbox);
      throw error;
    }
    return inbox;
  }

  leave(generation: string, inbox: EventInbox): void {
    const inboxes = this.#inboxes.get(generation);
    if (inboxes === undefined) return;
    inboxes.delete(inbox);
    if (inboxes.size > 0) return;
    this.#inboxes.delete(generation);
    // Nobody waits for this; when it fails with the connection, the next one subscribes to what is followed then.
    this.#subscriber.unsubscribe(channels.events(generation)).catch(() => undefined);
  }

  /** Generations that someone follows here. */
  get followed(): number {
    return this.#inboxes.size;
  }

  close(): void {
    this.#subscriber.off('message', this.#onMessage);
    this.#subscriber.off('ready', this.#onReady);
  }

  #deliver(channel: string, message: string): void {
    if (!channel.startsWith(CHANNEL_PREFIX)) return;
    const inboxes = this.#inboxes.get(channel.slice(CHANNEL_PREFIX.length));
    if (inboxes === undefined) return;
    const space = message.indexOf(' ');
    const id = message.slice(0, space);
    const content = JSON.parse(message.slice(space + 1)) as unknown;
    if (id === '-') for (const inbox of inboxes) inbox.putPreview(content as PreviewEvent);
    else {
      const parsed = generationEvent.safeParse(content);
      // An event that only another release knows is passed over, here as in the log.
      if (parsed.success) for (const inbox of inboxes) inbox.put({ id, event: parsed.data });
    }
  }

  /**
   * Messages were lost while the connection was away: everyone reads the log again, once the subscriptions stand again.
   * When that fails the connection is away again, and this comes again with it.
   */
  async #invalidate(): Promise<void> {
    const followed = [...this.#inboxes.keys()].map((generation) => channels.events(generation));
    if (followed.length === 0) return;
    try {
      await this.#subscriber.subscribe(...followed);
    } catch {
      return;
    }
    for (const inboxes of this.#inboxes.values()) for (const inbox of inboxes) inbox.overflow();
  }
}
