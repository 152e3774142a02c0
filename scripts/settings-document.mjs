// docs/settings.md from the environments that the processes parse.
import { format } from 'prettier';
import { z } from 'zod';
import { decoderEnvironment } from '../apps/decoder-worker/src/env.ts';
import { diffusionEnvironment } from '../apps/diffusion-worker/src/env.ts';
import { encoderEnvironment } from '../apps/encoder-worker/src/env.ts';
import { gatewayEnvironment } from '../apps/gateway/src/env.ts';
import { LONGEST_WAIT_SECONDS } from '../apps/gateway/src/generations/create-headers.ts';
import { PATIENCE } from '../apps/gateway/src/http/request-patience.ts';
import { GUEST_LIMITS } from '../apps/gateway/src/sessions/sessions.ts';

/** What a process reads, by its name. */
const PROCESSES = {
  gateway: gatewayEnvironment,
  'encoder-worker': encoderEnvironment,
  'diffusion-worker': diffusionEnvironment,
  'decoder-worker': decoderEnvironment,
};

/** Every variable of one environment: how it is described, and whether it has to be set. */
function variables(schema) {
  const { properties, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, json]) => ({ name, json, needed: required.includes(name) }));
}

/** Each variable once for each meaning that it has, with the processes that read it so. */
function everyVariable() {
  const all = [];
  for (const [name, schema] of Object.entries(PROCESSES)) {
    for (const one of variables(schema)) {
      const same = all.find((known) => JSON.stringify(known.one) === JSON.stringify(one));
      if (same === undefined) all.push({ one, processes: [name] });
      else same.processes.push(name);
    }
  }
  return all.map(({ one, processes }) => ({ ...one, processes }));
}

function whole(number) {
  return new Intl.NumberFormat('en').format(number);
}

function bounds({ enum: choices, minimum, exclusiveMinimum, maximum, minLength, pattern }) {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ');
  const least = minimum ?? exclusiveMinimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const parts = [];
  if (least !== undefined && most !== undefined)
    parts.push(`${minimum === undefined ? 'more than ' : ''}${whole(least)} to ${whole(most)}`);
  else if (least !== undefined) parts.push(`${whole(least)} or more`);
  if (minLength > 1) parts.push(`${minLength} characters or more`);
  if (pattern !== undefined) parts.push(`\`${pattern}\``);
  return parts.join(', ');
}

function defaultOf({ json, needed }) {
  if (needed) return '**must be set**';
  if (json.default === undefined) return '';
  const mebibytes = json.default / 2 ** 20;
  return `\`${json.default}\`${mebibytes >= 1 && Number.isInteger(mebibytes) ? ` (${mebibytes} MiB)` : ''}`;
}

function table(rows) {
  return [
    '| variable | default | takes | meaning |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| \`${row.name}\` | ${defaultOf(row)} | ${bounds(row.json)} | ${row.json.description} |`),
  ].join('\n');
}

/** The page, as Prettier writes it. */
export async function settingsDocument(options) {
  const all = everyVariable();
  const count = Object.keys(PROCESSES).length;
  const told = (wanted) => table(all.filter(wanted));
  const only = (name) => told(({ processes }) => processes.length === 1 && processes[0] === name);
  const page = `# Settings

<!-- Generated from the code by "npm run generate". -->

Every process reads its environment once, when it starts, and refuses to start on a wrong one: it names each variable, its value (secrets
are masked) and what is expected. An empty variable counts as not set. \`npm start\` sets what has to be set, and passes on what is set outside;
\`docker-compose.yml\` takes what may be chosen on one machine from \`.env\`, \`k8s/\` from ConfigMaps and from \`medley-secrets\`.

## Every process

${told(({ processes }) => processes.length === count)}

## The gateway

A key may have limits of its own (\`/v1/admin/keys\`, \`medley keys\`); what is said of "such a key" holds for those that have none.

${only('gateway')}

Fixed: a request has ${PATIENCE.requestMilliseconds / 1000} seconds to arrive, else 408; \`Prefer: wait=N\` waits ${LONGEST_WAIT_SECONDS} seconds at most; a guest has ${GUEST_LIMITS.requests_per_minute} requests
a minute, ${GUEST_LIMITS.generations_in_flight} generations in flight and ${GUEST_LIMITS.asset_bytes / 2 ** 20} MiB of assets.

## All workers

${told(({ processes }) => processes.length === count - 1)}

## Workers that serve tensors: encoder-worker and diffusion-worker

${told(({ processes }) => processes.length === 2)}

## encoder-worker

${only('encoder-worker')}

## diffusion-worker

${only('diffusion-worker')}

## decoder-worker

${only('decoder-worker')}

## The command \`medley\`, and \`npm start\`

\`medley --help\` and \`npm start -- --help\` say what they read.
`;
  return format(page, { ...options, parser: 'markdown' });
}
