import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Health } from '@medley/runtime';
import { Open } from '../keys/authentication.ts';
import { HEALTH } from '../tokens.ts';

/**
 * The health of the process, where a load balancer of the public API looks for it: names and states only. What is wrong is
 * told on the port of METRICS_PORT and in the log.
 */
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
    const { phase, ready, checks } = await this.#health.readiness();
    void reply.status(ready ? 200 : 503).header('cache-control', 'no-store');
    const states = Object.entries(checks).map(([name, { ok }]) => [name, { ok }] as const);
    return { phase, ready, checks: Object.fromEntries(states) };
  }
}
