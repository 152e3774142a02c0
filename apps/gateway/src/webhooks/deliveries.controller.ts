import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { Owner } from '../keys/authentication.ts';
import { Deliveries } from './deliveries.ts';
import { viewDelivery } from './delivery-record.ts';
import { Redelivery } from './redelivery.ts';
import { parseDeliveryQuery } from './webhook-query.ts';

/** What became of the telling of ends. `?status=dead` is the dead-letter list. */
@Controller('v1/webhooks/deliveries')
export class DeliveriesController {
  readonly #deliveries: Deliveries;
  readonly #redelivery: Redelivery;

  constructor(@Inject(Deliveries) deliveries: Deliveries, @Inject(Redelivery) redelivery: Redelivery) {
    this.#deliveries = deliveries;
    this.#redelivery = redelivery;
  }

  @Get()
  async list(@Query() query: unknown, @Owner() owner: string) {
    const { deliveries, cursor } = await this.#deliveries.list(owner, parseDeliveryQuery(query));
    return { data: deliveries.map(viewDelivery), next_cursor: cursor ?? null };
  }

  @Get(':id')
  async get(@Param('id') id: string, @Owner() owner: string) {
    return viewDelivery((await this.#deliveries.find(owner, id)).value);
  }

  /** Answers the delivery as it waits for its first try. */
  @Post(':id/redeliver')
  @HttpCode(202)
  async redeliver(@Param('id') id: string, @Owner() owner: string) {
    return viewDelivery(await this.#redelivery.redeliver(owner, id));
  }
}
