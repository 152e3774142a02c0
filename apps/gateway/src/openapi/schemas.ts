import { z } from 'zod';
import { submission, webhookSubmission } from '@medley/domain';
import { uploadBody } from '../assets/upload-body.ts';
import { keyBody } from '../keys/key-body.ts';
import { sessionBody } from '../sessions/session-body.ts';
import { shareBody } from '../shares/share-body.ts';
import { rotation } from '../webhooks/webhook-query.ts';
import { assetAnswers } from './answers/assets.ts';
import { generationAnswers } from './answers/generation.ts';
import { keyAnswers } from './answers/keys.ts';
import { modelAnswers } from './answers/model.ts';
import { serviceAnswers } from './answers/service.ts';
import { webhookAnswers } from './answers/webhooks.ts';

/** A JSON schema (2020-12), the dialect of OpenAPI 3.1. */
export type JsonSchema = Record<string, unknown>;

/** What requests are parsed with. */
const BODIES = [submission, webhookSubmission, uploadBody, keyBody, shareBody, sessionBody, rotation];
const ANSWERS = [
  ...generationAnswers,
  ...assetAnswers,
  ...modelAnswers,
  ...keyAnswers,
  ...webhookAnswers,
  ...serviceAnswers,
];
const COMPONENTS = '#/components/schemas/';

/** Every schema that has a name, by its name. */
export function componentSchemas(): Record<string, JsonSchema> {
  const schemas = { ...definitionsOf(BODIES, 'input'), ...definitionsOf(ANSWERS, 'output') };
  for (const schema of Object.values(schemas)) addDiscriminator(schema, schemas);
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The parameters of a query, from the schema that parses it. */
export function queryParameters(query: z.ZodObject): JsonSchema[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as JsonSchema;
    return { name, in: 'query', required: required.includes(name), description, schema };
  });
}

function definitionsOf(schemas: readonly z.ZodType[], io: 'input' | 'output'): Record<string, JsonSchema> {
  const all = z.toJSONSchema(z.array(z.union(schemas)), {
    io,
    override: ({ jsonSchema }) => {
      if (io === 'output') openUp(jsonSchema);
    },
  });
  return JSON.parse(JSON.stringify(all.$defs).replaceAll('"#/$defs/', `"${COMPONENTS}`)) as Record<string, JsonSchema>;
}

/** Answers may get more fields in time, and their integers have no limits worth a word. */
function openUp(schema: JsonSchema): void {
  if (schema['additionalProperties'] === false) delete schema['additionalProperties'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
}

/** Where each of several named schemas has its own `type`, that tells them apart. */
function addDiscriminator(schema: JsonSchema, schemas: Record<string, JsonSchema>): void {
  const choices = schema['oneOf'];
  if (!Array.isArray(choices)) return;
  const names = (choices as { $ref?: string }[]).map(({ $ref }) => $ref?.slice(COMPONENTS.length) ?? '');
  const mapping = names.map((name) => [typeOf(schemas[name]), `${COMPONENTS}${name}`]);
  if (mapping.some(([type]) => type === undefined)) return;
  schema['discriminator'] = { propertyName: 'type', mapping: Object.fromEntries(mapping) as Record<string, string> };
}

function typeOf(schema: JsonSchema | undefined): string | undefined {
  return (schema?.['properties'] as { type?: { const?: string } } | undefined)?.type?.const;
}
