import type { Writable } from 'node:stream';
import { MedleyClient } from '../client.ts';
import { ServiceError } from '../service-error.ts';
import { parseCommand, parseNumber, type CommandOptions, type ParsedCommand } from './arguments.ts';
import { runDoctor } from './doctor.ts';
import { findConnection, type CommandEnvironment } from './env.ts';
import { runGenerate } from './generate.ts';
import { runKeys } from './keys.ts';
import { formatError, formatGeneration, formatModel, saveOutputs } from './report.ts';
import { HELP, UsageError } from './usage.ts';

export interface CommandStreams {
  out: Writable & { isTTY?: boolean };
  err: Writable & { isTTY?: boolean };
  signal: AbortSignal;
}

/** Runs one `medley` command and answers its exit code: 0 done, 1 failed, 2 wrong use, 3 unreachable, 130 interrupted. */
export async function runCommand(
  argv: readonly string[],
  streams: CommandStreams,
  environment: CommandEnvironment,
): Promise<number> {
  try {
    const command = parseCommand(argv);
    if (command.name === 'help') {
      streams.out.write(HELP);
      return 0;
    }
    if (command.name === 'doctor') return await runDoctor(command, streams, environment);
    const client = new MedleyClient(findConnection(command.options, environment));
    return await execute(command, client, streams);
  } catch (error) {
    return reportError(error, argv.includes('--json'), streams);
  }
}

async function execute(command: ParsedCommand, client: MedleyClient, streams: CommandStreams): Promise<number> {
  const { options } = command;
  const print = (value: unknown, words: () => string) => {
    streams.out.write(options.json === true ? `${JSON.stringify(value)}\n` : `${words()}\n`);
  };
  switch (command.name) {
    case 'generate':
      return runGenerate(command, client, streams);
    case 'get': {
      const generation = await client.get(command.argument!, streams.signal);
      const saved = options.out === undefined ? [] : await saveOutputs(client, generation, options.out, streams.signal);
      print({ ...generation, files: saved }, () =>
        [formatGeneration(generation), ...saved.map((file) => `saved ${file}`)].join('\n'),
      );
      return 0;
    }
    case 'list': {
      const page = await client.list(listOptions(options), streams.signal);
      const next = page.next_cursor === null ? [] : [`more: --cursor ${page.next_cursor}`];
      const lines = page.data.length === 0 ? ['no generations yet'] : page.data.map(formatGeneration);
      print(page, () => [...lines, ...next].join('\n'));
      return 0;
    }
    case 'cancel': {
      const generation = await client.cancel(command.argument!, streams.signal);
      print(generation, () => formatGeneration(generation));
      return 0;
    }
    case 'delete': {
      await client.delete(command.argument!, streams.signal);
      print({ id: command.argument, deleted: true }, () => `deleted ${command.argument}`);
      return 0;
    }
    case 'models': {
      const models = await client.models(streams.signal);
      print(models, () => models.map(formatModel).join('\n'));
      return 0;
    }
    case 'keys': {
      const { value, words } = await runKeys(command, client, streams.signal);
      print(value, () => words);
      return 0;
    }
    default:
      throw new UsageError(`there is no command "${command.name}"; see medley --help`);
  }
}

function listOptions({ status, cursor, limit }: CommandOptions) {
  return {
    limit: parseNumber('limit', limit) ?? 20,
    ...(status === undefined ? {} : { status }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function reportError(error: unknown, json: boolean, { out, err, signal }: CommandStreams): number {
  const code = exitCode(error, signal);
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const detail =
      error instanceof ServiceError ? { code: error.code, status: error.status, pointer: error.pointer } : {};
    out.write(`${JSON.stringify({ error: { message, ...detail } })}\n`);
  } else {
    err.write(`medley: ${error instanceof ServiceError ? formatError(error) : message}\n`);
  }
  return code;
}

function exitCode(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return 130;
  if (error instanceof UsageError) return 2;
  return error instanceof ServiceError && error.code === 'unreachable' ? 3 : 1;
}
