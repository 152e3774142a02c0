import type { FastifyReply } from 'fastify';
import { GenerationError } from '@medley/domain';

/** Bodies up to this are not counted: there is always room for words. */
const SMALL_BYTES = 64 * 1024;

/** Bytes of JSON bodies that this process holds at once. */
export class BodyBudget {
  readonly #bytes: number;
  #taken = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Counts the body of a request until its answer is over. The answer is GenerationError `overloaded` where there is no room for it. */
  take(bytes: number, reply: FastifyReply): GenerationError | null {
    if (bytes <= SMALL_BYTES || reply.raw.destroyed) return null;
    if (this.#taken + bytes > this.#bytes) {
      const words = `bodies of ${this.#taken} bytes are being worked on, and this one has ${bytes}; ${this.#bytes} are held at once: try again, or upload files to /v1/assets`;
      return new GenerationError('overloaded', words);
    }
    this.#taken += bytes;
    reply.raw.once('close', () => {
      this.#taken -= bytes;
    });
    return null;
  }
}
