import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from './document.ts';

type Json = Record<string, unknown>;

/** Fields of answers that the document does not name are faults here, although clients have to expect them. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, key === 'allOf' ? part : closed(part)] as const);
  const isOpen = 'properties' in value && !('additionalProperties' in value);
  return { ...Object.fromEntries(entries), ...(isOpen ? { additionalProperties: false } : {}) };
}

/** The OpenAPI document, and what of a value does not fit one of its schemas. */
export class DocumentSchemas {
  readonly document = JSON.parse(JSON.stringify(openApiDocument())) as ReturnType<typeof openApiDocument>;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, formats: { binary: true } });

  constructor() {
    addFormats(this.#ajv);
    this.#ajv.addSchema(closed(this.document) as Json, 'openapi');
  }

  /** The part of the document that a path of keys leads to, references followed. */
  at(...path: (string | number)[]): Json | undefined {
    return this.#follow(path)?.part;
  }

  /** Faults of a value; none when it fits the schema there. */
  faults(value: unknown, ...path: (string | number)[]): string[] {
    const found = this.#follow(path);
    if (found === undefined) return [`there is no schema at ${path.join(' ')}`];
    const fragment = found.path.map((key) => encodeURIComponent(escape(String(key)))).join('/');
    const validate = this.#ajv.getSchema(`openapi#/${fragment}`);
    if (validate === undefined) return [`there is no schema at ${fragment}`];
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  #follow(path: readonly (string | number)[]): { part: Json; path: (string | number)[] } | undefined {
    let [part, real]: [unknown, (string | number)[]] = [this.document, []];
    for (const key of path) {
      part = (part as Json | undefined)?.[key];
      real = [...real, key];
      const reference = (part as { $ref?: string } | undefined)?.$ref;
      if (reference === undefined) continue;
      const target = this.#follow(reference.slice(2).split('/'));
      if (target === undefined) return undefined;
      [part, real] = [target.part, target.path];
    }
    return part === undefined ? undefined : { part: part as Json, path: real };
  }
}

/** RFC 6901. */
const escape = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
