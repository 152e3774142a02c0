import type { MedleyClient } from '../client.ts';
import type { Key, KeyBody, KeyLimits, KeyScope } from '../types.ts';
import { parseNumber, type CommandOptions, type ParsedCommand } from './arguments.ts';

const LIMIT_OPTIONS = [
  ['requests_per_minute', 'requests-per-minute'],
  ['generations_in_flight', 'in-flight'],
  ['asset_bytes', 'asset-bytes'],
] as const satisfies readonly (readonly [keyof KeyLimits, keyof CommandOptions])[];

/** `medley keys`: what it answers as JSON and in words. The service checks names, scopes and limits. */
export async function runKeys(
  { verb, argument, options }: ParsedCommand,
  client: MedleyClient,
  signal: AbortSignal,
): Promise<{ value: unknown; words: string }> {
  switch (verb ?? 'list') {
    case 'create': {
      const created = await client.createKey(keyBody(argument!, options), signal);
      return { value: created, words: `${formatKey(created)}\n${created.key}\nkeep it: it is not told again` };
    }
    case 'list': {
      const limit = parseNumber('limit', options.limit) ?? 20;
      const { cursor } = options;
      const page = await client.listKeys({ limit, ...(cursor === undefined ? {} : { cursor }) }, signal);
      const next = page.next_cursor === null ? [] : [`more: --cursor ${page.next_cursor}`];
      return { value: page, words: [...page.data.map(formatKey), ...next].join('\n') };
    }
    case 'revoke': {
      await client.revokeKey(argument!, signal);
      return { value: { id: argument, revoked: true }, words: `revoked ${argument}` };
    }
  }
}

/** The body of `keys create`. Throws UsageError for a limit that is neither a number nor `none`. */
export function keyBody(name: string, options: CommandOptions): KeyBody {
  const limits = LIMIT_OPTIONS.filter(([, option]) => options[option] !== undefined).map(([limit, option]) => [
    limit,
    options[option] === 'none' ? null : parseNumber(option, options[option]),
  ]);
  return {
    name,
    ...(options.scope === undefined ? {} : { scopes: options.scope as KeyScope[] }),
    ...(limits.length === 0 ? {} : { limits: Object.fromEntries(limits) as Partial<KeyLimits> }),
  };
}

function formatKey({ id, name, scopes, created_at: created, revoked_at: revoked }: Key): string {
  return `${id}  ${created}  ${scopes.join(',')}  ${name}${revoked === undefined ? '' : `  revoked ${revoked}`}`;
}
