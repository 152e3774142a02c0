/** Fields that are no texts. */
const NUMBERS: ReadonlySet<string> = new Set(['n', 'output_compression', 'partial_images']);
const FLAGS: ReadonlySet<string> = new Set(['stream']);

/** The fields of a form as the JSON that says the same; what is no such number or flag stays a text, for the schema to refuse. */
export function formBody(fields: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, typed(name, value)]));
}

function typed(name: string, value: string): unknown {
  if (NUMBERS.has(name) && /^\d{1,9}$/.test(value)) return Number(value);
  if (FLAGS.has(name) && /^(?:true|false)$/.test(value)) return value === 'true';
  return value;
}
