import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationError } from '@medley/domain';
import { expectJson } from '../http/body-parsers.ts';
import { KEY_LIMITS } from '../tokens.ts';
import { limitsOf, type ApiKey, type KeyLimits } from './api-key.ts';
import { Owner, Scoped } from './authentication.ts';
import { parseKeyBody, parseKeyListQuery } from './key-body.ts';
import { KeyStore } from './key-store.ts';

/** API keys, for those with the scope `admin`. */
@Controller('v1/admin/keys')
export class KeysController {
  readonly #keys: KeyStore;
  readonly #limits: KeyLimits;

  constructor(@Inject(KeyStore) keys: KeyStore, @Inject(KEY_LIMITS) limits: KeyLimits) {
    this.#keys = keys;
    this.#limits = limits;
  }

  /** The answer alone holds the secret. */
  @Post()
  @HttpCode(201)
  @Scoped('admin')
  async create(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    expectJson(request);
    const { key, secret } = await this.#keys.create(parseKeyBody(body));
    void reply.headers({ location: `/v1/admin/keys/${key.id}`, 'cache-control': 'no-store' });
    return { ...this.#view(key), key: secret };
  }

  @Get()
  @Scoped('admin')
  async list(@Query() query: unknown) {
    const { cursor: after, limit } = parseKeyListQuery(query);
    const { keys, more } = await this.#keys.list({ after, limit });
    return { data: keys.map((key) => this.#view(key)), next_cursor: more ? keys.at(-1)!.id : null };
  }

  @Get(':id')
  @Scoped('admin')
  async get(@Param('id') id: string) {
    const { key } = await this.#keys.findById(id);
    if (key === undefined) throw new GenerationError('not_found', `there is no key "${id.slice(0, 80)}"`);
    return this.#view(key);
  }

  /** Holds at once. The key that sends the request stays, so that nobody locks himself out. */
  @Delete(':id')
  @HttpCode(204)
  @Scoped('admin')
  async revoke(@Param('id') id: string, @Owner() owner: string): Promise<void> {
    if (id === owner) throw new GenerationError('conflict', `${id} sends this request; revoke it with another key`);
    await this.#keys.revoke(id);
  }

  #view(key: ApiKey) {
    const { address: _address, ...visible } = key;
    return { ...visible, limits: limitsOf(key, this.#limits) };
  }
}
