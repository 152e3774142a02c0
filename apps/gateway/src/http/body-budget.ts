import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';

/** Bodies up to this are not counted: there is always room for words. */
const SMALL_BYTES = 64 * 1024;

/** Bytes of JSON bodies that this process holds at once. */
export class BodyBudget {
  readonly #bytes: number;
  readonly #held = new WeakMap<FastifyRequest, number>();
  #taken = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /**
   * Counts the body of a request until its answer, or its connection, is over. The answer is GenerationError `overloaded`
   * where there is no room for it.
   */
  take(bytes: number, request: FastifyRequest, reply: FastifyReply): GenerationError | null {
    const { socket } = request.raw;
    if (bytes <= SMALL_BYTES || socket.destroyed) return null;
    if (this.#taken + bytes > this.#bytes) {
      const words = `bodies of ${this.#taken} bytes are being worked on, and this one has ${bytes}; ${this.#bytes} are held at once: try again, or upload files to /v1/assets`;
      return new GenerationError('overloaded', words);
    }
    this.#hold(request, bytes);
    const release = () => {
      reply.raw.removeListener('close', release);
      socket.removeListener('close', release);
      this.#hold(request, 0);
    };
    reply.raw.once('close', release);
    // An answer that waits for an earlier one on its connection is not told of the connection's end.
    socket.once('close', release);
    return null;
  }

  /** The body is here, and has so many bytes. */
  settle(bytes: number, request: FastifyRequest): void {
    if (this.#held.has(request)) this.#hold(request, bytes <= SMALL_BYTES ? 0 : bytes);
  }

  #hold(request: FastifyRequest, bytes: number): void {
    this.#taken += bytes - (this.#held.get(request) ?? 0);
    this.#held.set(request, bytes);
  }
}
