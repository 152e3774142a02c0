import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { describe, expect, it } from '@jest/globals';
import { ApiModule } from '../api-module.ts';
import type { Scope } from '../keys/api-key.ts';
import { openApiDocument } from './document.ts';

/** A route as its controller declares it, or as the document does. `open`: it needs no key, or asks for one itself. */
interface Route {
  path: string;
  method: string;
  needs: Scope | 'open';
}

/** What the API's document is about: not the forms of other APIs, nor pages. */
const DESCRIBED = /^\/(v1|s|healthz|readyz)\b/;

function declaredRoutes(): Route[] {
  const { controllers = [] } = ApiModule.of({} as never);
  return controllers.flatMap((controller) => {
    const handlers = Object.values(Object.getOwnPropertyDescriptors(controller.prototype as object));
    return handlers.flatMap(({ value }) =>
      routeOf(Reflect.getMetadata(PATH_METADATA, controller) as string, value as object),
    );
  });
}

function routeOf(prefix: string, handler: object): Route[] {
  const verb = typeof handler === 'function' ? (Reflect.getMetadata(METHOD_METADATA, handler) as number) : undefined;
  if (verb === undefined) return [];
  const own = Reflect.getMetadata(PATH_METADATA, handler) as string;
  const config = (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) ?? {}) as { open?: true; scope?: Scope };
  const path = `/${prefix}/${own}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
  const method = RequestMethod[verb]!.toLowerCase();
  const usual = method === 'get' ? 'read' : 'generate';
  const needs = config.open === true ? 'open' : (config.scope ?? usual);
  return [{ path: path.replaceAll(/:(\w+)/g, '{$1}'), method, needs }];
}

function describedRoutes(): Route[] {
  return Object.entries(openApiDocument().paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Route => {
      const [first] = operation.security;
      return { path, method, needs: (first?.['bearer']?.[0] as Scope | undefined) ?? 'open' };
    }),
  );
}

const byName = (a: Route, b: Route) => `${a.path} ${a.method}`.localeCompare(`${b.path} ${b.method}`);

describe('the OpenAPI document', () => {
  it('has every route of the API with its scope, and no other', () => {
    const declared = declaredRoutes().filter(({ path }) => DESCRIBED.test(path));
    expect(describedRoutes().sort(byName)).toEqual(declared.sort(byName));
  });
});
