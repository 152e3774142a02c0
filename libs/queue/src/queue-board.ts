import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUE_PREFIX } from '@medley/domain';
import { BoardParts } from './board-parts.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/** Queues that are there before the first job is. */
const STANDING = ['ingest', 'notify'];

export interface QueueBoardOptions {
  /** Nothing can be changed. */
  readOnly: boolean;
  /** Told of the queues' trouble with Redis. */
  report: (error: Error) => void;
}

/** What a client of the board sent. */
interface BoardRequest {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: Record<string, unknown>;
}

/** A path of the board's API, with `:names`. May throw GenerationError `queue_unavailable`. */
interface BoardRoute {
  methods: string[];
  paths: string[];
  answer: (request: BoardRequest) => Promise<{ status: number; body: unknown }>;
}

/** All queues of a deployment for people to look at (bull-board). Their jobs hold ids alone, so nothing that a client sent is seen. */
export class QueueBoard {
  readonly #redis: Redis;
  readonly #options: QueueBoardOptions;
  readonly #parts = new BoardParts();
  readonly #board: ReturnType<typeof createBullBoard>;
  readonly #shown = new Map<string, { queue: Queue; adapter: BullMQAdapter }>();

  private constructor(redis: Redis, options: QueueBoardOptions) {
    this.#redis = redis;
    this.#options = options;
    const uiConfig = { boardTitle: 'Medley queues', hideRedisDetails: true };
    this.#board = createBullBoard({ queues: [], serverAdapter: this.#parts, options: { uiConfig } });
  }

  static async load(redis: Redis, options: QueueBoardOptions): Promise<QueueBoard> {
    const board = new QueueBoard(redis, options);
    await board.#parts.load();
    return board;
  }

  /** Paths at which `page` is. */
  get pages(): string[] {
    return this.#parts.pages;
  }

  /** The page, where the board's paths begin with `basePath`. */
  page(basePath: string): string {
    return this.#parts.page(basePath);
  }

  /** A file of the page, which asks for it at `static/<name>`. */
  file(name: string): ReturnType<BoardParts['file']> {
    return this.#parts.file(name);
  }

  get routes(): BoardRoute[] {
    const { queues, settings: uiConfig, routes } = this.#parts;
    return routes.map((route) => ({
      methods: [route.method].flat().map((name) => name.toUpperCase()),
      paths: [route.route].flat(),
      answer: async (request) => {
        const { status = 200, body } = await redisCall(async () =>
          route.handler({ queues, uiConfig, headers: {}, ...request }),
        );
        return { status, body };
      },
    }));
  }

  /** Shows the queues that there are now: each bundle has its own. Throws GenerationError `queue_unavailable`. */
  async refresh(): Promise<void> {
    const used = await redisCall(() => this.#redis.smembers(redisKeys.queues));
    const names = [...new Set([...STANDING, ...used])].sort();
    this.#board.replaceQueues(names.map((name) => this.#show(name)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shown.values()].map(({ queue }) => queue.close()));
  }

  #show(name: string): BullMQAdapter {
    const shown = this.#shown.get(name);
    if (shown !== undefined) return shown.adapter;
    const queue = new Queue(name, { connection: this.#redis, prefix: QUEUE_PREFIX, skipMetasUpdate: true });
    queue.on('error', this.#options.report);
    const { readOnly } = this.#options;
    const adapter = new BullMQAdapter(queue, { readOnlyMode: readOnly, allowRetries: !readOnly });
    this.#shown.set(name, { queue, adapter });
    return adapter;
  }
}
