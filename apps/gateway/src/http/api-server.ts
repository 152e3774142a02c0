import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import multipart from '@fastify/multipart';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { generationId, type Tracing } from '@medley/domain';
import type { Logger, Resource } from '@medley/runtime';
import { requireKeys } from '../keys/authentication.ts';
import type { Gate } from '../keys/gate.ts';
import { addBodyParsers, JSON_BODY_BYTES } from './body-parsers.ts';
import { answerClientError } from './client-error.ts';
import { refuseOddHosts } from './host-field.ts';
import { NestLogger } from './nest-logger.ts';
import { watchRoutes } from './other-methods.ts';
import { ProblemFilter, sendProblem, type ReportError } from './problem.filter.ts';
import { toProblem } from './problem.ts';
import { PATIENCE, type RequestPatience } from './request-patience.ts';
import { traceRequests } from './request-traces.ts';

export interface ApiServerOptions {
  module: DynamicModule;
  host: string;
  port: number;
  gate: Gate;
  tracing: Tracing;
  /** Addresses and networks whose X-Forwarded fields are believed. */
  trustedProxies: readonly string[];
  logger: Logger;
  /** Bytes of JSON bodies that are held at once. */
  bodyBytes: number;
  /** Bytes of one uploaded file. */
  assetBytes: number;
  /** Adds routes that are no controller's. */
  mount?: (fastify: FastifyInstance) => Promise<void>;
  /** Called when a response is over; `route` is the pattern, such as /v1/generations/:id. */
  observe: (route: string, status: number, seconds: number) => void;
  /** How long a client may take to send its request; 10 s and 120 s by default. */
  patience?: RequestPatience;
}

/** Node looks for late clients every 30 s unless it is told otherwise. */
const LOOKS_PER_LIMIT = 4;

/** The public API: Nest on Fastify. */
export class ApiServer implements Resource {
  readonly #app: INestApplication;
  readonly #server: Server;
  #stopping = false;
  #closed: Promise<unknown> | undefined;

  private constructor(app: INestApplication, server: Server) {
    this.#app = app;
    this.#server = server;
  }

  /** Rejects in one line when the port is taken. */
  static async listen(options: ApiServerOptions): Promise<ApiServer> {
    const { host, port, logger, gate } = options;
    const adapter = createAdapter(options.trustedProxies, options.patience ?? PATIENCE);
    const fastify: FastifyInstance = adapter.getInstance();
    const routes = watchRoutes(fastify);
    const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
      bodyParser: false,
      abortOnError: false,
      logger: new NestLogger(logger),
    });
    const api = new ApiServer(app, fastify.server);
    api.#observe(fastify, options.observe);
    traceRequests(fastify, options.tracing);
    refuseOddHosts(fastify);
    requireKeys(fastify, gate);
    addBodyParsers(fastify, options.bodyBytes);
    // One byte more, so that the limit is found where it is told in words.
    void fastify.register(multipart, { limits: { files: 1, fields: 8, fileSize: options.assetBytes + 1 } });
    await options.mount?.(fastify);
    app.useGlobalFilters(new ProblemFilter(reportTo(logger)));
    await app.init();
    routes.answerTheRest();
    await app.listen(port, host).catch((error: unknown) => {
      throw listenError(error, host, port);
    });
    return api;
  }

  /** Base URL, without a trailing slash. */
  get address(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  stop(): void {
    this.#stopping = true;
    this.#closed = once(this.#server, 'close');
    this.#server.close();
  }

  async drain(signal: AbortSignal): Promise<void> {
    const cut = () => this.#server.closeAllConnections();
    if (signal.aborted) cut();
    signal.addEventListener('abort', cut);
    await this.#closed;
    signal.removeEventListener('abort', cut);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await this.#app.close();
  }

  #observe(fastify: FastifyInstance, observe: ApiServerOptions['observe']): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      const begin = performance.now();
      void reply.header('x-request-id', request.id);
      reply.raw.once('close', () => {
        observe(request.routeOptions.url ?? 'none', reply.raw.statusCode, (performance.now() - begin) / 1000);
        if (this.#stopping) setImmediate(() => this.#server.closeIdleConnections());
      });
      done();
    });
    fastify.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.#stopping) void reply.header('connection', 'close');
      done();
    });
  }
}

function createAdapter(trustedProxies: readonly string[], patience: RequestPatience): FastifyAdapter {
  const { headerMilliseconds, requestMilliseconds } = patience;
  return new FastifyAdapter({
    skipMiddie: true,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: JSON_BODY_BYTES,
    requestTimeout: requestMilliseconds,
    http: {
      headersTimeout: headerMilliseconds,
      connectionsCheckingInterval: headerMilliseconds / LOOKS_PER_LIMIT,
    },
    genReqId: () => generationId().replace('gen_', 'req_'),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, toProblem(error)),
  });
}

function reportTo(logger: Logger): ReportError {
  return (error, problem, request) => {
    const { id: generation } = (request.params ?? {}) as { id?: string };
    const fields = { err: error, request: request.id, route: request.routeOptions.url, generation };
    if (problem.code === 'internal') logger.error(fields, 'a request failed');
    else logger.warn(fields, `a request was answered ${problem.status}`);
  };
}

function listenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE') return error;
  return new Error(`port ${port} of ${host} (the API) is taken; set PORT to another one, or 0 for any`, {
    cause: error,
  });
}
