import fc from 'fast-check';

type Json = Record<string, unknown>;

/** How schemas of the document become values. */
export interface Ways {
  resolve: (reference: string) => Json;
  /** Values that fields of that name take at times, such as ids of what there is. */
  known: Record<string, unknown[]>;
  /** Optional fields have those values or are left out, and lists are short: most of it makes sense together. */
  careful?: boolean;
}

/** Values that fit a schema of the document. Not all of them make sense together: that is what the service says then. */
export function fitting(schema: Json, ways: Ways): fc.Arbitrary<unknown> {
  const of = (part: unknown) => fitting(part as Json, ways);
  if (typeof schema['$ref'] === 'string') return of(ways.resolve(schema['$ref']));
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const choices = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(choices) && schema['properties'] === undefined) return fc.oneof(...choices.map(of));
  switch (schema['type']) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: Number(schema['minimum'] ?? -10), max: Number(schema['maximum'] ?? 1_000) });
    case 'number':
      return number(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return list(
        ways.careful === true ? { ...schema, maxItems: schema['minItems'] ?? 1 } : schema,
        of(schema['items']),
      );
    case 'object':
      return object(schema, ways);
    default:
      throw new Error(`no values are known for ${JSON.stringify(schema)}`);
  }
}

function text({ pattern, format, minLength = 0, maxLength = 200 }: Json): fc.Arbitrary<string> {
  if (format === 'uri') return fc.oneof(fc.webUrl(), fc.constantFrom('https://example.com/a.png', 'http://[::1]/a'));
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern), { size: 'small' });
  return fc.string({ minLength: Number(minLength), maxLength: Math.min(Number(maxLength), 40), unit: 'binary' });
}

function number({ minimum, exclusiveMinimum, maximum }: Json): fc.Arbitrary<number> {
  const min = Number(exclusiveMinimum ?? minimum ?? -1e6);
  return fc.double({ min, max: Number(maximum ?? 1e6), minExcluded: exclusiveMinimum !== undefined, noNaN: true });
}

function list(
  { minItems = 0, maxItems = 3, uniqueItems }: Json,
  items: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown[]> {
  const length = { minLength: Number(minItems), maxLength: Math.min(Number(maxItems), 3) };
  return uniqueItems === true ? fc.uniqueArray(items, length) : fc.array(items, length);
}

function object(schema: Json, ways: Ways): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties, maxProperties = 3, oneOf } = schema;
  if (properties === undefined) {
    const [name, value] = [fc.string({ minLength: 1, maxLength: 20 }), fitting(additionalProperties as Json, ways)];
    return fc.dictionary(name, value, { maxKeys: Math.min(Number(maxProperties), 3), noNullPrototype: true });
  }
  const { careful = false, known: values } = ways;
  const named = Object.entries(properties as Record<string, Json>);
  const taken = named.filter(([name]) => !careful || name in values || (required as string[]).includes(name));
  const fields = taken.map(([name, part]) => {
    const known = fc.constantFrom(...(values[name] ?? [undefined]));
    if (!(name in values)) return [name, fitting(part, ways)] as const;
    return [name, careful ? known : fc.oneof(fitting(part, ways), known)] as const;
  });
  // One of several fields is required, and the others are left out.
  const choices = ((oneOf ?? []) as { required: string[] }[])
    .flatMap(({ required: one }) => one)
    .filter((name) => taken.some(([field]) => field === name));
  const among = choices.length === 0 ? fc.constant('') : fc.constantFrom(...choices);
  return among.chain((chosen) =>
    fc.record(Object.fromEntries(fields.filter(([name]) => name === chosen || !choices.includes(name))), {
      requiredKeys: [...(required as string[]), ...(chosen === '' ? [] : [chosen])],
      noNullPrototype: true,
    }),
  );
}

const ODD = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, -1, 0.5, 1e308, true, [], {}, [[[]]], '\u0000', '\ud800', 'x'.repeat(3_000)),
  fc.constantFrom<unknown>(Number.MAX_SAFE_INTEGER, 'data:image/png;base64,', 'http://0x7f.1/', { __proto__: 1 }),
  fc.jsonValue(),
);

/** Values that are wrong in one place: another value, one too many, or one missing. */
export function broken(sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(sound, fc.nat(), fc.constantFrom('replace', 'remove', 'add'), ODD).map(([value, nth, how, odd]) => {
    const root = { value: JSON.parse(JSON.stringify(value)) as unknown };
    const places = placesOf(root);
    const [holder, key] = places[nth % places.length]!;
    if (how === 'replace') holder[key] = odd;
    else if (how === 'remove') delete holder[key];
    else holder[`${key}x`] = odd;
    return root.value;
  });
}

function placesOf(value: unknown): [Json, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [[value as Json, key] as [Json, string], ...placesOf(part)]);
}
