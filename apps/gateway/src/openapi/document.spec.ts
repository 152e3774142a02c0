import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { DocumentSchemas } from './document-schemas.fixture.ts';

const schemas = new DocumentSchemas();
const { document } = schemas;
type Json = Record<string, unknown>;
type Path = (string | number)[];

/** Every object in the document, with the way to it. */
function* objectsOf(value: unknown, path: Path = []): Generator<[Path, Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Json];
  const isExample = path.at(-1) === 'example' || path.at(-1) === 'value';
  if (isExample) return;
  for (const [key, part] of Object.entries(value)) yield* objectsOf(part, [...path, key]);
}

/** Examples beside the schema that they show, by where they are. */
function examplesOf(): [string, unknown, Path][] {
  return [...objectsOf(document)].flatMap(([path, object]) => {
    if (object['schema'] === undefined) return [];
    const named = Object.entries((object['examples'] ?? {}) as Record<string, { value: unknown }>);
    const single: [string, unknown][] = object['example'] === undefined ? [] : [['example', object['example']]];
    const examples = [...named.map(([name, { value }]): [string, unknown] => [name, value]), ...single];
    return examples.map(([name, value]): [string, unknown, Path] => [
      `${path.join(' ')} ${name}`,
      value,
      [...path, 'schema'],
    ]);
  });
}

describe('the OpenAPI document', () => {
  it('is one, of version 3.1', async () => {
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  });

  it('is committed as it is made; npm run generate writes it', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
    expect(committed).toEqual(document);
  });

  it.each(examplesOf())('shows what fits its schema: %s', (_, value, path) => {
    expect(schemas.faults(value, ...path)).toEqual([]);
  });

  it('shows a body and an answer wherever there is one', () => {
    const silent = [...objectsOf(document.paths)].filter(
      ([path, object]) => path.at(-1) === 'application/json' && !('examples' in object || 'example' in object),
    );
    expect(silent.map(([path]) => path.join(' '))).toEqual([]);
  });

  it('refers to what there is, and has nothing that is not referred to', () => {
    const text = JSON.stringify(document);
    const references = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!));
    const missing = [...references].filter((path) => schemas.at(...path.split('/')) === undefined);
    expect(missing).toEqual([]);
    const { securitySchemes: _, ...components } = document.components;
    const names = Object.entries(components).flatMap(([kind, parts]) =>
      Object.keys(parts).map((name) => `components/${kind}/${name}`),
    );
    expect(names.filter((name) => !references.has(name))).toEqual([]);
  });

  it('names every operation once, and every path parameter where it stands', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, method, parameters = [] } of operations) {
      const inPath = parameters
        .map((_, index) => schemas.at('paths', path, method, 'parameters', index)!)
        .filter((parameter) => parameter['in'] === 'path');
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect([path, inPath.map(({ name }) => name)]).toEqual([path, wanted]);
    }
  });
});
