import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { S3AssetStore } from '@medley/assets';
import { GenerationError } from '@medley/domain';
import { QueueAdapter } from '@medley/queue';
import { EnvironmentError, storageOptions } from '@medley/runtime';
import type { RepairEnvironment } from '../env.ts';
import { ListRepair, type RepairCounts } from './list-repair.ts';

const PROGRESS_MILLISECONDS = 5_000;

const HELP = `repair: puts generations that have ended back into the lists of their keys, after Redis was lost

  node repair.js            adds to Redis what S3 has and a list lacks; the service may run meanwhile
  node repair.js --dry-run  says what it would add

REDIS_URL, S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are those of the gateway.
What is open comes back by itself. Run twice it adds nothing the second time, and cut short it can be begun anew.

exit codes: 0 done, 1 some results could not be understood, 2 wrong use, 3 Redis or S3 does not answer, 130 interrupted
`;

export interface RepairStreams {
  out: Writable;
  err: Writable;
  signal: AbortSignal;
}

/** Runs the command and answers its exit code, as its help says. `readEnvironment` may throw EnvironmentError. */
export async function runRepair(
  argv: readonly string[],
  readEnvironment: () => RepairEnvironment,
  { out, err, signal }: RepairStreams,
): Promise<number> {
  const fail = (code: number, error: unknown) => {
    err.write(`repair: ${error instanceof Error ? error.message : String(error)}\n`);
    return code;
  };
  let options: { help?: boolean | undefined; 'dry-run'?: boolean | undefined };
  let environment: RepairEnvironment;
  try {
    options = parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h' }, 'dry-run': { type: 'boolean' } },
    }).values;
    if (options.help === true) {
      out.write(HELP);
      return 0;
    }
    environment = readEnvironment();
  } catch (error) {
    if (error instanceof EnvironmentError || isWrongUse(error)) return fail(2, error);
    throw error;
  }
  try {
    return await repair(environment, options['dry-run'] !== true, { out, err, signal });
  } catch (error) {
    if (signal.aborted) return fail(130, signal.reason);
    if (error instanceof GenerationError) return fail(3, error);
    throw error;
  }
}

/** What parseArgs throws. */
function isWrongUse(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS_');
}

async function repair(
  environment: RepairEnvironment,
  write: boolean,
  { out, err, signal }: RepairStreams,
): Promise<number> {
  const store = new S3AssetStore(storageOptions(environment));
  const troubles = new Set<string>();
  const onError = ({ message }: Error) => {
    if (!troubles.has(message)) err.write(`repair: trouble with Redis: ${message}\n`);
    troubles.add(message);
  };
  const redis = new QueueAdapter({ url: environment.REDIS_URL, name: 'repair', onError });
  let told = performance.now();
  try {
    await redis.start();
    const { live } = redis.ports('patient');
    const counts = await new ListRepair(store, live, {
      write,
      signal,
      progress: ({ results, added }) => {
        if (performance.now() - told < PROGRESS_MILLISECONDS) return;
        told = performance.now();
        err.write(`repair: ${results} results so far, ${added} ${write ? 'added' : 'to add'}\n`);
      },
      unreadable: (generation, reason) => err.write(`repair: the result of ${generation} is unreadable: ${reason}\n`),
    }).run();
    out.write(`${summary(counts, write)}\n`);
    return counts.unreadable === 0 ? 0 : 1;
  } finally {
    await redis.close();
    store.close();
  }
}

function summary(counts: RepairCounts, write: boolean): string {
  const { results, added, there, older, pushedOut, deleted, unreadable } = counts;
  const parts = [
    `${added} ${write ? 'added' : 'would be added'}`,
    `${there} listed already`,
    `${older} older than what a full list remembers`,
    `${deleted} deleted`,
    `${unreadable} unreadable`,
  ];
  const gave = pushedOut === 0 ? '' : `; ${pushedOut} gave way to younger ones`;
  return `${results} results: ${parts.join(', ')}${gave}`;
}
