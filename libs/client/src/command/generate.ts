import { mkdir } from 'node:fs/promises';
import type { MedleyClient } from '../client.ts';
import type { GenerationUpdate } from '../event-source.ts';
import { succeeded } from '../generation-run.ts';
import type { Generation } from '../types.ts';
import type { ParsedCommand } from './arguments.ts';
import { buildBody } from './generation-body.ts';
import { saveOutputs } from './report.ts';
import type { CommandStreams } from './run-command.ts';

/** `medley generate`: uploads, accepts, shows progress, saves the files. An interrupt cancels the generation. */
export async function runGenerate(
  { argument, options }: ParsedCommand,
  client: MedleyClient,
  streams: CommandStreams,
): Promise<number> {
  const { out, err, signal } = streams;
  const json = options.json === true;
  const folder = options.out ?? '.';
  const body = await buildBody(argument, options, client, signal);
  await mkdir(folder, { recursive: true });
  const accepted = await client.create(body, { signal });
  if (options['no-wait'] === true) {
    out.write(json ? `${JSON.stringify(accepted)}\n` : `${accepted.id}\n`);
    return 0;
  }
  const progress = new ProgressLine(err, json);
  progress.show(`accepted ${accepted.id}, seed ${accepted.seed}`);
  const ended = await follow(client, accepted, progress, signal);
  const saved = await saveOutputs(client, succeeded(ended), folder, signal);
  out.write(json ? `${JSON.stringify({ ...ended, files: saved })}\n` : summary(ended, saved));
  return 0;
}

async function follow(
  client: MedleyClient,
  { id }: Generation,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<Generation> {
  try {
    for await (const event of client.events(id, { signal })) progress.update(event);
    return await client.get(id, signal);
  } catch (error) {
    if (signal.aborted) await client.cancel(id);
    throw error;
  } finally {
    progress.end();
  }
}

function summary(generation: Generation, saved: string[]): string {
  const texts = generation.outputs.filter(({ text }) => text !== undefined).map(({ text }) => `"${text}"`);
  return [...texts, ...saved.map((file) => `saved ${file}`), ''].join('\n');
}

/** Progress on standard error: one line rewritten on a terminal, a line for each change otherwise. */
class ProgressLine {
  readonly #stream: CommandStreams['err'];
  readonly #silent: boolean;
  #open = false;

  constructor(stream: CommandStreams['err'], silent: boolean) {
    this.#stream = stream;
    this.#silent = silent;
  }

  update(event: GenerationUpdate): void {
    const words = describe(event);
    if (words !== undefined) this.show(words);
  }

  show(words: string): void {
    if (this.#silent) return;
    this.#open = this.#stream.isTTY === true;
    this.#stream.write(this.#open ? `\r\u001b[K${words}` : `${words}\n`);
  }

  end(): void {
    if (this.#open) this.#stream.write('\r\u001b[K');
    this.#open = false;
  }
}

function describe(event: GenerationUpdate): string | undefined {
  switch (event.type) {
    case 'fetching':
      return `fetching condition ${event.condition + 1}`;
    case 'stage':
      return event.state === 'started' ? event.stage : undefined;
    case 'step':
      return `step ${event.step}/${event.steps} of ${event.outputs.join(', ')}`;
    case 'output':
      return `made ${event.output}`;
    default:
      return undefined;
  }
}
