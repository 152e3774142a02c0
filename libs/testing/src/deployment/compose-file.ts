import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './build-context.ts';

export interface ComposeService {
  image?: string;
  build?: { target: string; dockerfile: string };
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  networks?: string[];
  ports?: string[];
  configs?: { source: string }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
  read_only?: boolean;
  user?: string;
  cap_drop?: string[];
  stop_grace_period?: string;
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string } } };
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  configs: Record<string, { content: string }>;
  volumes: Record<string, unknown>;
  networks: Record<string, unknown>;
}

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

/** docker-compose.yml, its variables in place of themselves. */
export const readComposeFile = (): ComposeFile => parse(text, { merge: true }) as ComposeFile;

/** Names of variables that have to be set. */
export const requiredVariables = (): string[] => [
  ...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!)),
];

/** A value with the variables in it resolved as Compose does: the given ones, else what stands after `:-`. */
export function interpolate(value: string, variables: Readonly<Record<string, string>>): string {
  return value
    .replace(/\$\$|\$\{(\w+)(?::[?-]([^}]*))?\}/g, (whole: string, name: string | undefined, otherwise: string = '') =>
      name === undefined ? '\0' : (variables[name] ?? (whole.includes(':-') ? otherwise : '')),
    )
    .replaceAll('\0', '$');
}
