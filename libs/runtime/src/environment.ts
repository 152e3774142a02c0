import type { z } from 'zod';
import { isSecretName } from './mask-secrets.ts';

/** Every variable that is wrong, one line each. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * Parses the environment of an app with its one zod object. An empty variable counts as not set.
 * Throws EnvironmentError, which names each wrong variable, its value (secrets are masked) and what is expected.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  source: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${describe(issue, given)}`);
  throw new EnvironmentError(`the environment is not valid:\n${lines.join('\n')}`);
}

function describe(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0] ?? '');
  if (name === '') return issue.message;
  const value = given[name];
  if (value === undefined) return `${name} is not set; ${issue.message}`;
  const shown = isSecretName(name) ? `[redacted, ${value.length} characters]` : JSON.stringify(maskUrl(value));
  return `${name} is ${shown}; ${issue.message}`;
}

function maskUrl(value: string): string {
  return value.replace(/(:\/\/)[^/\s@]*:[^/\s@]+@/, '$1[redacted]@');
}
