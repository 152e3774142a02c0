import { Controller, Get, Headers, Inject, Param, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, type EventLog } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import { GenerationReader } from '../generations/generation-reader.ts';
import { viewGeneration } from '../generations/generation-view.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import { KeyGuard, Owner } from '../keys/key.guard.ts';
import { ENVIRONMENT, EVENT_LOG } from '../tokens.ts';
import { EventStream } from './event-stream.ts';

@Controller('v1/generations/:id/events')
@UseGuards(KeyGuard)
export class EventsController {
  readonly #reader: GenerationReader;
  readonly #events: EventLog;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(GenerationReader) reader: GenerationReader,
    @Inject(EVENT_LOG) events: EventLog,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#reader = reader;
    this.#events = events;
    this.#environment = environment;
  }

  /** Server-sent events until the terminal one. A snapshot comes first where the log can't tell everything since `Last-Event-ID`. */
  @Get()
  async follow(
    @Param('id') id: string,
    @Headers('last-event-id') lastId: string | undefined,
    @Owner() owner: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (lastId !== undefined && !/^\d{1,9}-\d{1,12}$/.test(lastId)) {
      throw new GenerationError('invalid_request', `the header Last-Event-ID is "${lastId}"; ids look like 1-42`);
    }
    const snapshot = await this.#reader.read(id, owner);
    const signal = signalOf(reply);
    reply.hijack();
    const stream = new EventStream(reply.raw, signal);
    try {
      if (snapshot.live === undefined || (await this.#events.trimmed(id, lastId))) {
        await stream.send('snapshot', viewGeneration(snapshot, linksOf(request, this.#environment)));
      }
      for await (const entry of this.#events.follow(id, { ...(lastId === undefined ? {} : { lastId }), signal })) {
        if ('event' in entry) await stream.send(entry.event.type, entry.event, entry.id);
        else stream.offer(entry.type, entry);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      stream.end();
    }
  }
}
