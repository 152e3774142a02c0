import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Health } from '@medley/runtime';
import { Open } from '../keys/authentication.ts';
import { HEALTH } from '../tokens.ts';

/** The health of the process, where a load balancer of the public API looks for it. */
@Controller()
export class HealthController {
  readonly #health: Health;

  constructor(@Inject(HEALTH) health: Health) {
    this.#health = health;
  }

  @Get('healthz')
  @Open()
  live() {
    return { status: 'ok', phase: this.#health.phase };
  }

  @Get('readyz')
  @Open()
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const readiness = await this.#health.readiness();
    void reply.status(readiness.ready ? 200 : 503).header('cache-control', 'no-store');
    return readiness;
  }
}
