import { ERROR_CODES, type ErrorCode } from '@medley/domain';
import type { Scope } from '../keys/api-key.ts';
import type { JsonSchema } from './schemas.ts';

/** One operation of a path (OpenAPI 3.1.1, section 4.8.10). */
export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: JsonSchema[];
  requestBody?: JsonSchema;
  responses: Record<string, JsonSchema>;
}
export type Paths = Record<string, Partial<Record<'get' | 'post' | 'put' | 'delete', Operation>>>;

type Header =
  'location' | 'retry-after' | 'preference-applied' | 'set-cookie' | 'etag' | 'accept-ranges' | 'content-range';

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const parameter = (name: string): JsonSchema => ({ $ref: `#/components/parameters/${name}` });
const header = (name: string): JsonSchema => ({ $ref: `#/components/headers/${name}` });

/** An API key with that scope, or a session of one. */
export const needs = (scope: Scope): Operation['security'] => [{ bearer: [scope] }, { session: [scope] }];

/** A body of JSON with its examples by name. */
export function body(name: string, examples: Record<string, unknown>, required = true): JsonSchema {
  return { required, content: { 'application/json': { schema: ref(name), examples: named(examples) } } };
}

/** An answer of JSON with an example. */
export function answer(description: string, name: string, example: unknown, headers: Header[] = []): JsonSchema {
  return {
    description,
    headers: headersOf(headers),
    content: { 'application/json': { schema: ref(name), examples: named({ example }) } },
  };
}

export function empty(description: string, headers: Header[] = []): JsonSchema {
  return { description, headers: headersOf(headers) };
}

/** The file of an output; RFC 9110 says how to ask for a part of it. */
function file(description: string, headers: Header[]): JsonSchema {
  const types = [
    'text/plain',
    'image/png',
    'image/webp',
    'audio/wav',
    'audio/flac',
    'audio/ogg',
    'video/mp4',
    'video/webm',
  ];
  return { description, headers: headersOf(headers), content: Object.fromEntries(types.map((type) => [type, {}])) };
}

/** Answers that a download has, whatever it is addressed by. */
export const FILE_ANSWERS: Operation['responses'] = {
  200: file('The file, as an attachment.', ['etag', 'accept-ranges']),
  206: file('The range of bytes that `Range` asks for.', ['etag', 'accept-ranges', 'content-range']),
  304: empty('`If-None-Match` names this file already.', ['etag']),
};
export const FILE_PARAMETERS = ['Range', 'IfRange', 'IfNoneMatch'].map(parameter);

const UNAVAILABLE: readonly ErrorCode[] = ['storage_unavailable', 'queue_unavailable', 'overloaded'];

/** Errors by status: those of the operation, and those that every one of its kind has. */
export function problems(kind: 'keyed' | 'open', ...codes: ErrorCode[]): Operation['responses'] {
  const keyed: ErrorCode[] = kind === 'keyed' ? ['unauthorized', 'forbidden'] : [];
  const all = new Set<ErrorCode>([...codes, ...keyed, 'rate_limited', 'internal', ...UNAVAILABLE]);
  const byStatus = Map.groupBy(all, (code) => ERROR_CODES[code].status);
  const entries = [...byStatus].map(([status, some]) => {
    const shared = some.length === 1 ? some[0]! : status === 503 ? 'unavailable' : undefined;
    return [String(status), shared === undefined ? problem(some) : sharedProblem(shared)] as const;
  });
  return { ...Object.fromEntries(entries), default: sharedProblem('other') };
}

/** Errors that many operations have, by the names that `problems` gives them. */
export function sharedProblems(): Record<string, JsonSchema> {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const other = { description: 'Any other error is told in the same form.', content: problemContent(ref('Problem')) };
  return Object.fromEntries([
    ...codes.map((code) => [nameOf(code), problem([code])] as const),
    [nameOf('unavailable'), problem([...UNAVAILABLE])] as const,
    [nameOf('other'), other] as const,
  ]);
}

/** `not_found` is `NotFound`. */
const nameOf = (code: string) => code.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
const sharedProblem = (code: string): JsonSchema => ({ $ref: `#/components/responses/${nameOf(code)}` });

/** Those of a body of JSON. */
export const BODY_ERRORS = ['invalid_request', 'payload_too_large', 'unsupported_media_type'] as const;

function problem(codes: ErrorCode[]): JsonSchema {
  const { status } = ERROR_CODES[codes[0]!];
  const later: Header[] = status === 429 || status === 503 ? ['retry-after'] : [];
  const only = { properties: { code: { enum: codes } } };
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(' '),
    headers: headersOf(later),
    content: problemContent({ allOf: [ref('Problem'), only] }, example(codes[0]!)),
  };
}

function problemContent(schema: JsonSchema, shown?: JsonSchema): JsonSchema {
  return { 'application/problem+json': { schema, ...(shown === undefined ? {} : { example: shown }) } };
}

function example(code: ErrorCode): JsonSchema {
  const { status, title } = ERROR_CODES[code];
  return { type: `urn:medley:error:${code}`, title, status, detail: WORDS[code] ?? title, code };
}

/** What the service says in typical cases. */
const WORDS: Partial<Record<ErrorCode, string>> = {
  invalid_request: 'outputs[0].type is "hologram"; Invalid input',
  unsupported_by_bundle: 'outputs[1].seconds is 90; bundle picturebook makes audio of seconds 1.024',
  unauthorized: 'send the header Authorization: Bearer mdl_… with an API key of this service',
  rate_limited: 'this API key may send 1200 requests a minute; try again in 7 s',
  not_found: 'there is no generation "gen_0000000000000000000000000"',
};

function headersOf(names: Header[]): JsonSchema {
  return Object.fromEntries(
    [...names, 'x-request-id', 'x-trace-id', 'ratelimit', 'ratelimit-policy'].map((name) => [name, header(name)]),
  );
}

function named(examples: Record<string, unknown>): JsonSchema {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
