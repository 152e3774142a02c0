import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorForm } from './error-form.ts';
import { toProblem, type Problem } from './problem.ts';

/** Seconds after which a client may try again what was refused for now. */
const RETRY_AFTER_SECONDS = 2;

/** Told of every error that is not the client's. */
export type ReportError = (error: unknown, problem: Problem, request: FastifyRequest) => void;

/** Answers every error: as problem+json, or as clients of another API read it. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #report: ReportError;

  constructor(report: ReportError) {
    this.#report = report;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    if (reply.raw.destroyed) return; // The client went away: nobody is left to tell.
    const problem = toProblem(error);
    if (problem.status >= 500) this.#report(error, problem, request);
    if (reply.raw.headersSent) reply.raw.destroy();
    else sendProblem(reply, problem);
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="medley"');
  const later = problem.status === 429 || problem.status === 503;
  if (later && !reply.hasHeader('retry-after')) void reply.header('retry-after', RETRY_AFTER_SECONDS);
  const { status, type, body, headers = {} } = errorForm(reply.request.url, problem);
  void reply
    .status(status)
    .type(type)
    .headers({ 'cache-control': 'no-store', ...headers })
    .send(body);
}
