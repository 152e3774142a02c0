import fc from 'fast-check';
import { broken, fitting, type Ways } from './arbitrary.fixture.ts';
import type { DocumentSchemas } from './document-schemas.fixture.ts';

type Json = Record<string, unknown>;

/** A request as it is sent. */
export interface MadeRequest {
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
}

/** One operation of the document. */
export interface DescribedOperation {
  name: string;
  path: string;
  method: string;
}

export interface RequestSources {
  schemas: DocumentSchemas;
  /** Values of path parameters by the name of their component; the first is the usual one. */
  parameters: Record<string, string[]>;
  /** Values of fields of bodies and queries that make sense. */
  fields: Ways['known'];
  /** Signed links of operations. */
  links: Record<string, string[]>;
  /** Keys to send, the usual one first. */
  keys: string[];
  /** A file that is taken as an asset. */
  file: Uint8Array<ArrayBuffer>;
}

export function operationsOf({ document }: DocumentSchemas): DescribedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: operation.operationId, path, method })),
  );
}

/** The request that the document shows, sent to what there is. */
export function usualRequest(operation: DescribedOperation, sources: RequestSources): MadeRequest {
  const { path, method } = operation;
  const values = inPath(operation, sources).map(({ name, known }) => [name, known[0]!] as const);
  const content = contentOf(operation, sources);
  const json = content?.['application/json']?.examples;
  const body = json === undefined ? undefined : JSON.stringify(Object.values(json)[0]!.value);
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const request = {
    path: fill(path, values),
    method,
    headers: { ...headers, authorization: `Bearer ${sources.keys[0]}` },
  };
  if (content?.['image/*'] === undefined) return { ...request, ...(body === undefined ? {} : { body }) };
  return { ...request, headers: { ...request.headers, 'content-type': 'image/png' }, body: sources.file };
}

/** Requests that the document allows, and some that it does not. */
export function madeRequests(operation: DescribedOperation, sources: RequestSources): fc.Arbitrary<MadeRequest> {
  const parts = fc.record({
    path: pathOf(operation, sources),
    query: fieldsOf('query', operation, sources),
    fields: fieldsOf('header', operation, sources),
    key: fc.oneof({ weight: 8, arbitrary: fc.constant(sources.keys[0]) }, fc.constantFrom(...sources.keys, undefined)),
    content: contentsOf(operation, sources),
  });
  return parts.map(({ path, query, fields, key, content }) => ({
    path:
      path.includes('?') || Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query).toString()}`,
    method: operation.method,
    headers: { ...fields, ...content.headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    ...(content.body === undefined ? {} : { body: content.body }),
  }));
}

const fill = (path: string, values: (readonly [string, string])[]) =>
  values.reduce((filled, [name, value]) => filled.replace(`{${name}}`, () => encodeURIComponent(value)), path);

function parametersOf({ path, method }: DescribedOperation, { schemas }: RequestSources): [string, Json][] {
  const parameters = (schemas.at('paths', path, method, 'parameters') ?? []) as unknown as Json[];
  return parameters.map((parameter, index) => [
    ((parameter['$ref'] ?? '') as string).replace(/^.*\//, ''),
    schemas.at('paths', path, method, 'parameters', index)!,
  ]);
}

function inPath(operation: DescribedOperation, sources: RequestSources) {
  return parametersOf(operation, sources)
    .filter(([, parameter]) => parameter['in'] === 'path')
    .map(([component, { name, schema }]) => ({
      name: name as string,
      schema: schema as Json,
      known: sources.parameters[`${component} of ${operation.name}`] ?? sources.parameters[component]!,
    }));
}

function pathOf(operation: DescribedOperation, sources: RequestSources): fc.Arbitrary<string> {
  const ways = waysOf(sources);
  const values = inPath(operation, sources).map(({ name, schema, known }) => {
    const fits = fitting(schema, ways) as fc.Arbitrary<string>;
    const wild = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((text) => !/^\.+$/.test(text));
    const value = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, fits, wild);
    return value.map((text) => [name, text] as const);
  });
  const made = fc.tuple(...values).map((chosen) => fill(operation.path, chosen));
  const links = sources.links[operation.name];
  return links === undefined ? made : fc.oneof(made, fc.constantFrom(...links));
}

function fieldsOf(
  place: 'query' | 'header',
  operation: DescribedOperation,
  sources: RequestSources,
): fc.Arbitrary<Record<string, string>> {
  const ways = waysOf(sources);
  const plain = fc.stringMatching(/^[!-~]{1,40}$/);
  const fields = parametersOf(operation, sources)
    .filter(([, parameter]) => parameter['in'] === place)
    .map(([, { name, schema }]) => {
      const fits = fitting(schema as Json, ways).map(String);
      // A wait that is not over at once would hold up the others.
      const known = (sources.fields[`${String(name)} of ${operation.name}`] ?? []) as string[];
      const right = known.length === 0 ? fits : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, fits);
      const value =
        name === 'Prefer'
          ? fc.constantFrom('wait=0', 'respond-async')
          : fc.oneof({ weight: 5, arbitrary: right }, plain);
      const sendable = value.filter((text) => place === 'query' || /^[!-~]([ -~]*[!-~])?$/.test(text));
      return [name as string, sendable] as const;
    });
  const record = Object.fromEntries(fields) as Record<string, fc.Arbitrary<string>>;
  return fc.record(record, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Record<string, string>>;
}

type Content = Record<string, { schema: Json; examples?: Record<string, { value: unknown }> }>;

function contentOf({ path, method }: DescribedOperation, { schemas }: RequestSources): Content | undefined {
  return schemas.at('paths', path, method, 'requestBody', 'content') as Content | undefined;
}

/** Bodies with the content type that they are sent as. */
function contentsOf(
  operation: DescribedOperation,
  sources: RequestSources,
): fc.Arbitrary<Pick<MadeRequest, 'body'> & { headers: Record<string, string> }> {
  const content = contentOf(operation, sources);
  if (content === undefined) return fc.constant({ headers: {} });
  const json = content['application/json'];
  if (json === undefined) return filesOf(Object.keys(content), sources);
  const [sound, careful] = [false, true].map((one) => fitting(json.schema, { ...waysOf(sources), careful: one }));
  const shown = fc.constantFrom(...Object.values(json.examples ?? {}).map(({ value }) => value));
  const value = fc.oneof(sound!, careful!, broken(sound!), broken(careful!), broken(shown));
  const written = value.map((one) => JSON.stringify(one) ?? '');
  const type = fc.oneof({ weight: 12, arbitrary: fc.constant('application/json') }, fc.constant('text/plain'));
  const body = fc.oneof({ weight: 12, arbitrary: written }, fc.constantFrom('', '{', '{"__proto__":{}}', '[1e999]'));
  return fc.record({ body, headers: fc.record({ 'content-type': type }, { noNullPrototype: true }) });
}

function filesOf(types: string[], { file }: RequestSources): ReturnType<typeof contentsOf> {
  const junk = fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes));
  const bytes = fc.oneof({ weight: 3, arbitrary: fc.constant(file) }, junk);
  const raw = fc.record({
    body: bytes,
    headers: fc
      .constantFrom(...types.filter((type) => !type.startsWith('multipart')), 'text/html')
      .map((type) => ({ 'content-type': type.replace('*', 'png') })),
  });
  if (!types.includes('multipart/form-data')) return raw;
  const forms = fc.tuple(bytes, fc.constantFrom('file', 'other'), fc.constantFrom('image/png', 'audio/wav'));
  const form = forms.map(([content, name, type]) => {
    const body = new FormData();
    body.append(name, new Blob([content], { type }), 'name');
    return { body, headers: {} };
  });
  const cut = fc.constant({ body: '--x\r\n', headers: { 'content-type': 'multipart/form-data; boundary=x' } });
  return fc.oneof(raw, form, cut);
}

function waysOf({ schemas, fields }: RequestSources): Ways {
  return { resolve: (reference) => schemas.at(...reference.slice(2).split('/'))!, known: fields };
}
