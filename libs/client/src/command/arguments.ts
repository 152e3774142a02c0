import { parseArgs } from 'node:util';
import { UsageError } from './usage.ts';

const COMMANDS = ['generate', 'get', 'list', 'cancel', 'delete', 'models', 'keys', 'doctor', 'help'] as const;
/** What `medley keys` does, and what it needs for that. */
const KEY_VERBS = { create: 'a name for the key', list: undefined, revoke: 'the id of the key' } as const;
type KeyVerb = keyof typeof KEY_VERBS;
const NEEDS_ID: ReadonlySet<string> = new Set(['get', 'cancel', 'delete']);

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  url: { type: 'string' },
  key: { type: 'string' },
  out: { type: 'string' },
  to: { type: 'string' },
  text: { type: 'string', multiple: true },
  image: { type: 'string', multiple: true },
  audio: { type: 'string', multiple: true },
  video: { type: 'string', multiple: true },
  weight: { type: 'string', multiple: true },
  format: { type: 'string', multiple: true },
  negative: { type: 'string' },
  model: { type: 'string' },
  seed: { type: 'string' },
  steps: { type: 'string' },
  guidance: { type: 'string' },
  sampler: { type: 'string' },
  samples: { type: 'string' },
  status: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  scope: { type: 'string', multiple: true },
  'requests-per-minute': { type: 'string' },
  'in-flight': { type: 'string' },
  'asset-bytes': { type: 'string' },
  strict: { type: 'boolean' },
  'no-wait': { type: 'boolean' },
} as const;

export type CommandOptions = ReturnType<
  typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>
>['values'];

export interface ParsedCommand {
  name: (typeof COMMANDS)[number];
  /** What `keys` does. */
  verb?: KeyVerb;
  /** The prompt of `generate`, the id of `get`, `cancel`, `delete` and `keys revoke`, the name of `keys create`. */
  argument?: string;
  options: CommandOptions;
}

/** Throws UsageError that names what is wrong. */
export function parseCommand(argv: readonly string[]): ParsedCommand {
  const { values: options, positionals } = parse(argv);
  const [given = 'help', argument, ...rest] = positionals;
  if (options.help === true) return { name: 'help', options };
  const name = COMMANDS.find((command) => command === given);
  if (name === undefined) throw new UsageError(`there is no command "${given}"; there are ${COMMANDS.join(', ')}`);
  if (name === 'keys') return { name, options, ...parseKeyVerb(argument, rest) };
  if (rest.length > 0) throw new UsageError(`"${rest[0]}" is one argument too many; put a prompt in quotes`);
  if (NEEDS_ID.has(name) && argument === undefined) throw new UsageError(`medley ${name} needs the id of a generation`);
  if (!NEEDS_ID.has(name) && name !== 'generate' && argument !== undefined)
    throw new UsageError(`medley ${name} takes no argument`);
  return { name, options, ...(argument === undefined ? {} : { argument }) };
}

function parseKeyVerb(given = 'list', [argument, ...rest]: string[]): { verb: KeyVerb; argument?: string } {
  if (!Object.hasOwn(KEY_VERBS, given))
    throw new UsageError(`medley keys can't ${given}; it can ${Object.keys(KEY_VERBS).join(', ')}`);
  const verb = given as KeyVerb;
  const needed = KEY_VERBS[verb];
  const extra = needed === undefined ? argument : rest[0];
  if (extra !== undefined) throw new UsageError(`"${extra}" is one argument too many for medley keys ${verb}`);
  if (needed !== undefined && argument === undefined) throw new UsageError(`medley keys ${verb} needs ${needed}`);
  return { verb, ...(argument === undefined ? {} : { argument }) };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `name=value` pairs of an option that may come several times. */
export function parsePairs(option: string, given: readonly string[] = []): [string, string][] {
  return given.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1 || at === pair.length - 1) throw new UsageError(`--${option} is "${pair}"; write NAME=VALUE`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

/** A number, or undefined when the option is not there. */
export function parseNumber(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (value.trim() === '' || !Number.isFinite(parsed))
    throw new UsageError(`--${option} is "${value}"; a number is expected`);
  return parsed;
}
