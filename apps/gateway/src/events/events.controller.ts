import { Controller, Get, Headers, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError, type EventLog } from '@medley/domain';
import { compareEventIds } from '@medley/queue';
import type { GatewayEnvironment } from '../env.ts';
import { GenerationReader } from '../generations/generation-reader.ts';
import { viewGeneration, type GenerationSnapshot } from '../generations/generation-view.ts';
import { linksOf } from '../http/links.ts';
import { SentBy } from '../keys/authentication.ts';
import { Gate, type Caller } from '../keys/gate.ts';
import { ENVIRONMENT, EVENT_LOG } from '../tokens.ts';
import { EventClients } from './event-clients.ts';
import type { EventStream } from './event-stream.ts';

@Controller('v1/generations/:id/events')
export class EventsController {
  readonly #reader: GenerationReader;
  readonly #events: EventLog;
  readonly #clients: EventClients;
  readonly #gate: Gate;
  readonly #environment: GatewayEnvironment;

  constructor(
    @Inject(GenerationReader) reader: GenerationReader,
    @Inject(EVENT_LOG) events: EventLog,
    @Inject(EventClients) clients: EventClients,
    @Inject(Gate) gate: Gate,
    @Inject(ENVIRONMENT) environment: GatewayEnvironment,
  ) {
    this.#reader = reader;
    this.#events = events;
    this.#clients = clients;
    this.#gate = gate;
    this.#environment = environment;
  }

  /** Server-sent events until the terminal one, or until the key is revoked or the session ended, which a heartbeat finds. A snapshot comes first where the log can't tell everything since `Last-Event-ID`. */
  @Get()
  async follow(
    @Param('id') id: string,
    @Headers('last-event-id') lastId: string | undefined,
    @SentBy() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (lastId !== undefined && !/^\d{1,9}-\d{1,15}$/.test(lastId)) {
      throw new GenerationError('invalid_request', `the header Last-Event-ID is "${lastId}"; ids look like 1-42`);
    }
    const snapshot = await this.#reader.read(id, caller.key.id);
    const trimmed = await this.#events.trimmed(id, lastId);
    await this.#clients.serve(reply, this.#gate.watch(caller), async (stream, signal) => {
      if (trimmed) await stream.send('snapshot', viewGeneration(snapshot, linksOf(request, this.#environment)));
      if (trimmed && snapshot.result !== undefined) await sendEnd(stream, snapshot);
      else await this.#forward(id, lastId, stream, signal);
    });
  }

  async #forward(id: string, lastId: string | undefined, stream: EventStream, signal: AbortSignal): Promise<void> {
    let told = lastId;
    for await (const entry of this.#events.follow(id, { ...(lastId === undefined ? {} : { lastId }), signal })) {
      if (!('event' in entry)) {
        stream.offer(entry.type, entry);
        continue;
      }
      const grows = told === undefined || compareEventIds(entry.id, told) > 0;
      await stream.send(entry.event.type, entry.event, grows ? entry.id : undefined);
      told = entry.id;
    }
  }
}

/** The terminal event of a generation whose log is gone; without an id, for it has no place in a log. */
async function sendEnd(stream: EventStream, { result }: GenerationSnapshot): Promise<void> {
  const { status, error } = result!;
  await stream.send(status, {
    type: status,
    ...(error === undefined ? {} : { code: error.code, message: error.message }),
  });
}
