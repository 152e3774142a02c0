import { webhookMessages } from './message.ts';
import { sharedProblems, type Paths } from './operation.ts';
import { HEADERS, PARAMETERS, SECURITY_SCHEMES } from './parameters.ts';
import { assetPaths } from './paths/assets.ts';
import { eventPaths } from './paths/events.ts';
import { generationPaths } from './paths/generations.ts';
import { keyPaths } from './paths/keys.ts';
import { outputPaths } from './paths/outputs.ts';
import { servicePaths } from './paths/service.ts';
import { webhookPaths } from './paths/webhooks.ts';
import { componentSchemas } from './schemas.ts';

const DESCRIPTION = `Any-to-any generation: text, image, audio and video as conditions, each with a weight, and any of the same four
as outputs, generated jointly.

**Keys.** Send \`Authorization: Bearer mdl_…\`. Each operation names the scope that it needs.

**Errors** are \`application/problem+json\` (RFC 9457) with a stable \`code\`, words that name the field, its value and the limit,
and a JSON pointer to what is wrong. Codes that an operation can answer stand beside its status.

**Limits.** \`RateLimit\` and \`RateLimit-Policy\` say where a key stands. After 429 and 503 \`Retry-After\` says when to come back.

**Lists** page by an opaque cursor: pass \`next_cursor\` on as \`cursor\` until it is null.

**Times** are seconds where a name ends in \`_seconds\`, and RFC 3339 in UTC where it ends in \`_at\`.

A path answers HEAD where it answers GET, and OPTIONS with the methods that it has; other methods are 405 \`method_not_allowed\`.`;

const TAGS = [
  { name: 'Generations', description: 'Ask for something, follow it, get it.' },
  { name: 'Assets', description: 'Files that condition generations, and those that generations made.' },
  { name: 'Models', description: 'What the service can do.' },
  { name: 'Shared links', description: 'Show what was made to others.' },
  { name: 'Webhooks', description: 'Be told what becomes of generations, as Standard Webhooks says.' },
  { name: 'Keys', description: 'API keys, for those with the scope `admin`.' },
  { name: 'Session', description: 'An API key for a cookie, for pages of this service.' },
  { name: 'Service', description: 'For load balancers.' },
];

/** The OpenAPI 3.1 document of the public API: its schemas are those that parse the requests, and those of `answers/`. */
export function openApiDocument() {
  const paths = withScopes({
    ...generationPaths,
    ...eventPaths,
    ...outputPaths,
    ...assetPaths,
    ...servicePaths,
    ...webhookPaths,
    ...keyPaths,
  });
  return {
    openapi: '3.1.1',
    info: {
      title: 'Medley',
      version: '1',
      summary: 'Any-to-any generation as a service',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The service that this document comes from.' }],
    tags: TAGS,
    security: [{ bearer: [] as string[] }, { session: [] as string[] }],
    paths,
    webhooks: webhookMessages(),
    components: {
      schemas: componentSchemas(),
      responses: usedIn(paths, sharedProblems()),
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

/** Says in words too what an operation needs. */
function withScopes(paths: Paths): Paths {
  const entries = Object.entries(paths).map(([path, operations]) => {
    const described = Object.entries(operations).map(([method, operation]) => {
      const scope = operation.security.find(({ bearer }) => bearer !== undefined)?.['bearer']?.[0];
      const needs = scope === undefined ? 'Needs no API key.' : `Needs the scope \`${scope}\`.`;
      const description = [operation.description, needs].filter((words) => words !== undefined).join('\n\n');
      return [method, { ...operation, description }] as const;
    });
    return [path, Object.fromEntries(described)] as const;
  });
  return Object.fromEntries(entries);
}

/** The responses that the paths refer to. */
function usedIn(paths: object, responses: ReturnType<typeof sharedProblems>): ReturnType<typeof sharedProblems> {
  const text = JSON.stringify(paths);
  const used = Object.entries(responses).filter(([name]) => text.includes(`"#/components/responses/${name}"`));
  return Object.fromEntries(used);
}
