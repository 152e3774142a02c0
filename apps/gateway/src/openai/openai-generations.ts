import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  GenerationError,
  ifQueueAway,
  type ErrorCode,
  type GenerationRequest,
  type GenerationResult,
} from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import type { AcceptGeneration } from '../generations/accept-generation.ts';
import { parseIdempotencyKey } from '../generations/create-headers.ts';
import type { EndGeneration } from '../generations/end-generation.ts';
import type { GenerationReader } from '../generations/generation-reader.ts';
import type { GenerationWaiter, WaitEnd } from '../generations/generation-waiter.ts';
import { renameFields, renamed, type FieldNames } from '../http/field-names.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import type { Caller } from '../keys/gate.ts';

/** For which a client may wait for its answer; OpenAI's clients wait as long. */
const WAIT_SECONDS = 600;

interface OpenAiGenerationsParts {
  accept: AcceptGeneration;
  reader: GenerationReader;
  waiter: GenerationWaiter;
  end: EndGeneration;
  environment: GatewayEnvironment;
}

/** A request of OpenAI's API as a submission, and what the fields of that are called in it. */
export interface TranslatedRequest {
  submission: Record<string, unknown>;
  names: FieldNames;
}

/** One request and its answer. */
export interface Exchange {
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Generations that were asked for in OpenAI's words. */
export class OpenAiGenerations {
  readonly #parts: OpenAiGenerationsParts;

  constructor(parts: OpenAiGenerationsParts) {
    this.#parts = parts;
  }

  /** Throws GenerationError in which the fields have their names of there. */
  async accept({ submission, names }: TranslatedRequest, { caller, request }: Exchange) {
    try {
      return await this.#parts.accept.accept(submission, {
        caller,
        idempotencyKey: parseIdempotencyKey(request.headers['idempotency-key'] as string | undefined),
        base: linksOf(request, this.#parts.environment).base,
      });
    } catch (error) {
      throw renameFields(error, names);
    }
  }

  /**
   * Accepts it and answers how it succeeded. One that nobody waits for any more is canceled, unless an Idempotency-Key
   * lets the client ask for it again: a client that sends it once more is not to have it made twice. Throws
   * GenerationError for one that fails, and after ten minutes.
   */
  async finish(translated: TranslatedRequest, exchange: Exchange): Promise<GenerationResult> {
    const signal = signalOf(exchange.reply);
    const { request: accepted } = await this.accept(translated, exchange);
    const waited = await this.#parts.waiter.wait(accepted.id, WAIT_SECONDS, signal);
    const result = await this.#ended(accepted);
    if (result === undefined) return this.#giveUp(accepted, waited, exchange);
    if (result.status === 'succeeded') return result;
    if (result.error !== undefined) {
      const { code, message, pointer } = result.error;
      const told = renamed(message, pointer, translated.names);
      throw new GenerationError(
        code as ErrorCode,
        told.message,
        told.pointer === undefined ? {} : { pointer: told.pointer },
      );
    }
    throw new GenerationError('canceled', `${accepted.id} was canceled`);
  }

  /** How it ended; undefined where it has not, or where Redis is away and can't tell. */
  async #ended({ id, owner }: GenerationRequest): Promise<GenerationResult | undefined> {
    return (await this.#parts.reader.read(id, owner).catch(ifQueueAway(undefined)))?.result;
  }

  /** Throws GenerationError, unless it succeeded just now: one that is sent again where that makes nothing twice. */
  async #giveUp(accepted: GenerationRequest, waited: WaitEnd, { request }: Exchange): Promise<GenerationResult> {
    const { id } = accepted;
    if (request.headers['idempotency-key'] !== undefined)
      throw new GenerationError('worker_unavailable', `${id} is not done yet; send it again with its Idempotency-Key`);
    const ended = await this.#parts.end.cancel(accepted);
    if (ended.status === 'succeeded') return ended;
    if (waited !== 'late')
      throw new GenerationError(
        'worker_unavailable',
        `the wait for ${id} was cut off, and it was canceled; send it again`,
      );
    const words = `${id} was not done in ${WAIT_SECONDS} s and was canceled; with an Idempotency-Key it can be asked for again`;
    throw new GenerationError('deadline_exceeded', words);
  }
}
