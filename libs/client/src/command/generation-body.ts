import { constants, openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import type { MedleyClient } from '../client.ts';
import { ServiceError } from '../service-error.ts';
import type { ConditionBody, GenerationBody, OutputBody } from '../types.ts';
import { parseNumber, parsePairs, type CommandOptions } from './arguments.ts';
import { UsageError } from './usage.ts';

const MODALITIES = ['text', 'image', 'audio', 'video'] as const;
type Name = (typeof MODALITIES)[number];

/** Builds the request of `medley generate`; files are uploaded first. Throws UsageError for what the command line gets wrong. */
export async function buildBody(
  prompt: string | undefined,
  options: CommandOptions,
  client: MedleyClient,
  signal: AbortSignal,
): Promise<GenerationBody> {
  const texts = [...(prompt === undefined ? [] : [prompt]), ...(options.text ?? [])];
  const conditions: ConditionBody[] = texts.map((text) => ({ type: 'text', text }));
  for (const type of ['image', 'audio', 'video'] as const) {
    for (const source of options[type] ?? []) conditions.push(await mediaCondition(type, source, client, signal));
  }
  if (conditions.length === 0) throw new UsageError('give a prompt in quotes, or --text, --image, --audio or --video');
  applyWeights(conditions, parsePairs('weight', options.weight));
  const numbers = (['seed', 'steps', 'guidance', 'samples'] as const).map(
    (name) => [name, parseNumber(name, options[name])] as const,
  );
  return {
    ...(options.model === undefined ? {} : { model: options.model }),
    conditions,
    ...(options.negative === undefined ? {} : { negative: options.negative }),
    outputs: outputsOf(options),
    ...Object.fromEntries(numbers.filter(([, value]) => value !== undefined)),
    ...(options.sampler === undefined ? {} : { sampler: options.sampler as NonNullable<GenerationBody['sampler']> }),
    ...(options.strict === true ? { determinism: 'strict' } : {}),
  };
}

async function mediaCondition(
  type: 'image' | 'audio' | 'video',
  source: string,
  client: MedleyClient,
  signal: AbortSignal,
): Promise<ConditionBody> {
  if (/^https?:\/\//.test(source)) return { type, url: source };
  const file = await openFile(type, source);
  const asset = await client.upload(file, { signal }).catch((error: unknown) => {
    // A pointer says that it is about the file, of which there may be several.
    if (!(error instanceof ServiceError) || error.pointer === undefined) throw error;
    throw new ServiceError(error.status, error.code, `--${type} "${source}": ${error.message}`, error.pointer);
  });
  return { type, asset: asset.id };
}

async function openFile(option: string, path: string): Promise<Blob> {
  try {
    await access(path, constants.R_OK);
    return await openAsBlob(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--${option} is "${path}", which can't be read: ${reason}`);
  }
}

function applyWeights(conditions: ConditionBody[], pairs: [string, string][]): void {
  for (const [name, value] of pairs) {
    const weight = parseNumber(`weight ${name}`, value)!;
    const chosen = /^[1-9]\d*$/.test(name)
      ? conditions.slice(Number(name) - 1, Number(name))
      : conditions.filter(({ type }) => type === name);
    if (chosen.length === 0) throw new UsageError(`--weight names "${name}"; there is no such condition here`);
    for (const condition of chosen) condition.weight = weight;
  }
}

function outputsOf(options: CommandOptions): OutputBody[] {
  const names = (options.to ?? 'image').split(',').map((name) => name.trim());
  const formats = new Map(parsePairs('format', options.format));
  const outputs = names.map((name): OutputBody => {
    if (!MODALITIES.includes(name as Name))
      throw new UsageError(`--to names "${name}"; there are ${MODALITIES.join(', ')}`);
    const format = formats.get(name);
    formats.delete(name);
    // A format that there is not is refused by the service, in its words.
    return { type: name, ...(format === undefined ? {} : { format }) } as OutputBody;
  });
  for (const name of formats.keys())
    throw new UsageError(`--format names "${name}", which is not among --to ${names.join(',')}`);
  return outputs;
}
