import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import type { QueueAdapter } from '@medley/queue';
import { sendProblem } from '../http/problem.filter.ts';
import { toProblem } from '../http/problem.ts';
import { signInPage } from './sign-in-page.ts';

const PATH = '/admin';
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const HTML = 'text/html; charset=utf-8';

/** The page runs its own files alone, and asks this service alone. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
  'cache-control': 'no-store',
};

/** The queues at `/admin`, for keys and sessions with the scope `admin`. `mayChange`: they may pause, retry and remove too. */
export async function mountQueuesPage(
  fastify: FastifyInstance,
  { redis, mayChange }: { redis: QueueAdapter; mayChange: boolean },
): Promise<void> {
  const board = await redis.board({ readOnly: !mayChange });
  const page = board.page(PATH);
  void fastify.register(
    async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.config = { ...route.config, scope: 'admin' };
      });
      scope.addHook('onRequest', async (request, reply) => {
        void reply.headers(HEADERS);
        if (!mayChange && !SAFE.has(request.method)) throw readOnly();
      });
      scope.setErrorHandler(refuse);
      for (const path of board.pages) scope.get(path, (_, reply) => reply.type(HTML).send(page));
      scope.get<{ Params: { '*': string } }>('/static/*', async ({ params: { '*': name } }, reply) => {
        const file = await board.file(name);
        if (file === undefined) throw new GenerationError('not_found', `the page has no file "${name.slice(0, 80)}"`);
        return reply.type(file.contentType).header('cache-control', 'private, max-age=3600').send(file.bytes);
      });
      for (const { methods, paths, answer } of board.routes) {
        const handler = async (request: FastifyRequest, reply: FastifyReply) => {
          await board.refresh();
          const { params, query, body } = request as FastifyRequest<{
            Params: Record<string, string>;
            Querystring: Record<string, unknown>;
            Body: Record<string, unknown> | undefined;
          }>;
          const answered = await answer({ params, query, body: body ?? {} });
          return reply.status(answered.status).send(answered.body);
        };
        for (const url of paths) scope.route({ method: methods, url, handler });
      }
    },
    { prefix: PATH },
  );
}

/** A person is told where to sign in, a program what is wrong. */
function refuse(error: unknown, { headers }: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error);
  void reply.headers(HEADERS);
  const person = (headers.accept ?? '').includes('text/html') && (problem.status === 401 || problem.status === 403);
  if (person) void reply.status(problem.status).type(HTML).send(signInPage(problem.detail));
  else sendProblem(reply, problem);
}

function readOnly(): GenerationError {
  return new GenerationError(
    'forbidden',
    'the queues can only be looked at here; with MEDLEY_ADMIN_QUEUES=write admins may change them',
  );
}
