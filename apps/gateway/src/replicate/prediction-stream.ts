import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventLog, GenerationResult } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import type { EventClients } from '../events/event-clients.ts';
import type { EventStream } from '../events/event-stream.ts';
import type { GenerationReader } from '../generations/generation-reader.ts';
import type { LinkContext } from '../generations/generation-view.ts';
import { linksOf } from '../http/links.ts';
import { checkLink, type LinkQuery } from '../generations/signed-link.ts';
import type { Gate } from '../keys/gate.ts';
import { errorOf, outputValues, predictionPath, progressLine } from './prediction-view.ts';

interface StreamParts {
  gate: Gate;
  reader: GenerationReader;
  events: EventLog;
  clients: EventClients;
  environment: GatewayEnvironment;
}

/** Server-sent events of a prediction as Replicate sends them: `logs` with each step, `output` for each of what was made, `error`, `done`. */
export class PredictionStream {
  readonly #parts: StreamParts;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** By a signed link or with the API key, which is looked at again at heartbeats. Resolves at the end of the stream. Throws GenerationError before it begins. */
  async send(id: string, query: LinkQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { clients, environment, gate, reader } = this.#parts;
    const linked = checkLink(environment.MEDLEY_SECRET, `${predictionPath(id)}/stream`, query, Date.now());
    const caller = linked ? undefined : await gate.admit(request, reply, 'read');
    const { result } = await (caller === undefined ? reader.readLinked(id) : reader.read(id, caller.key.id));
    const links = linksOf(request, environment);
    const watched = caller === undefined ? undefined : gate.watch(caller);
    await clients.serve(reply, watched, async (stream, signal) => {
      const ended = result ?? (await this.#follow(id, stream, signal));
      if (ended !== undefined) await sendEnd(stream, ended, links);
    });
  }

  /** Tells each step until the end; answers how it ended. */
  async #follow(id: string, stream: EventStream, signal: AbortSignal) {
    const { events, reader } = this.#parts;
    for await (const entry of events.follow(id, { signal })) {
      if (!('event' in entry) || entry.event.type !== 'step') continue;
      await stream.sendText('logs', progressLine(entry.event.step, entry.event.steps), entry.id);
    }
    return (await reader.readLinked(id)).result;
  }
}

/** Replicate's client throws at `error` and reads no further; others find `done` after it. */
async function sendEnd(stream: EventStream, result: GenerationResult, links: LinkContext): Promise<void> {
  const moment = Math.floor(Date.parse(result.committed_at) / 1000);
  if (result.status === 'failed') {
    await stream.send('error', { detail: errorOf(result.request, result) });
    return stream.send('done', { reason: 'error' });
  }
  if (result.status !== 'succeeded') return stream.send('done', { reason: 'canceled' });
  for (const [index, value] of outputValues(result, links).entries())
    await stream.sendText('output', value, `${moment}:${index}`);
  await stream.send('done', {});
}
