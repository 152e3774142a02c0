import { Inject, Injectable, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { KeyRing, type ApiKey } from './key-ring.ts';

const authenticated = new WeakMap<object, ApiKey>();

/** Lets a request pass with a valid API key only. */
@Injectable()
export class KeyGuard implements CanActivate {
  readonly #keys: KeyRing;

  constructor(@Inject(KeyRing) keys: KeyRing) {
    this.#keys = keys;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    authenticated.set(request, await this.#keys.authenticate(request.headers.authorization));
    return true;
  }
}

/** The id of the API key that sent the request. */
export const Owner = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  return authenticated.get(context.switchToHttp().getRequest<FastifyRequest>())!.id;
});
