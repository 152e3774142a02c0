import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { estimateSeconds, parseSubmission, resolveSettings, type FlowQueue } from '@medley/domain';
import { expectJson } from '../http/body-parsers.ts';
import { Scoped } from '../keys/authentication.ts';
import { BundleCatalog } from '../models/bundle-catalog.ts';
import { MeasuredCosts } from '../models/measured-costs.ts';
import { WAITING_LINE } from '../tokens.ts';

/** What a generation would cost. */
@Controller('v1/generations/estimate')
export class EstimateController {
  readonly #catalog: BundleCatalog;
  readonly #costs: MeasuredCosts;
  readonly #line: Pick<FlowQueue, 'wait'>;

  constructor(
    @Inject(BundleCatalog) catalog: BundleCatalog,
    @Inject(MeasuredCosts) costs: MeasuredCosts,
    @Inject(WAITING_LINE) line: Pick<FlowQueue, 'wait'>,
  ) {
    this.#catalog = catalog;
    this.#costs = costs;
    this.#line = line;
  }

  /** Takes the body of POST /v1/generations; nothing is stored or queued. The wait is that of the last place in line. */
  @Post()
  @HttpCode(200)
  @Scoped('read')
  async estimate(@Body() body: unknown, @Req() request: FastifyRequest) {
    expectJson(request);
    const submission = parseSubmission(body);
    const { manifest, ...bundle } = this.#catalog.find(submission.model);
    const { outputs, steps } = resolveSettings(submission, manifest);
    const measured = await this.#costs.of(bundle);
    const { conditions, negative, samples } = submission;
    const seconds = estimateSeconds({ conditions, negative, outputs, steps, samples }, manifest, measured);
    const { position, seconds: wait } = (await this.#line.wait(bundle))!;
    return {
      model: bundle.name,
      seconds: rounded(seconds),
      measured: Object.keys(measured).length > 0,
      queue: { position, estimated_seconds: rounded(wait) },
    };
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
