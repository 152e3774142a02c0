import { FORMATS, GenerationError, MODALITIES, type Modality } from '@medley/domain';
import type { FieldNames } from '../http/field-names.ts';
import type { CatalogEntry } from '../models/bundle-catalog.ts';
import { fileSource } from './input-files.ts';
import { CONDITION_INPUTS, webhookEvents, type PredictionBody, type PredictionInput } from './prediction-body.ts';

interface TranslatedPrediction {
  /** The body of POST /v1/generations that says the same. */
  submission: Record<string, unknown>;
  /** What its fields are called in the prediction. */
  names: FieldNames;
}

/** Which outputs an input is for, and what it is called there. */
const OUTPUT_INPUTS = {
  width: { field: 'width', of: ['image', 'video'] },
  height: { field: 'height', of: ['image', 'video'] },
  duration: { field: 'seconds', of: ['audio', 'video'] },
  fps: { field: 'fps', of: ['video'] },
  max_tokens: { field: 'max_tokens', of: ['text'] },
} as const satisfies Partial<Record<keyof PredictionInput, { field: string; of: readonly Modality[] }>>;

const REQUEST_NAMES = [
  ['/model', 'version'],
  ['/webhook/url', 'webhook'],
  ['/webhook', 'webhook'],
  ['/conditions', 'input'],
  ['/negative', 'input.negative_prompt'],
  ['/seed', 'input.seed'],
  ['/samples', 'input.num_outputs'],
  ['/steps', 'input.num_inference_steps'],
  ['/guidance', 'input.guidance_scale'],
  ['/sampler', 'input.scheduler'],
] as const;

/** A prediction as a submission. `origins`: where files of this service have their URLs. Throws GenerationError `invalid_request`. */
export function translatePrediction(
  { input, webhook, webhook_events_filter: filter }: PredictionBody,
  { name, manifest }: CatalogEntry,
  origins: readonly string[],
): TranslatedPrediction {
  const conditions = conditionsOf(input, origins);
  const types = [input.outputs ?? defaultOutput(manifest.modalities)].flat();
  const { outputs, names } = outputsOf(input, types);
  const submission = {
    model: name,
    conditions: conditions.map(({ condition }) => condition),
    outputs,
    ...defined({
      negative: input.negative_prompt === '' ? undefined : input.negative_prompt,
      seed: input.seed,
      samples: input.num_outputs,
      steps: input.num_inference_steps,
      guidance: input.guidance_scale,
      sampler: input.scheduler,
      webhook: webhook === undefined ? undefined : { url: webhook, events: webhookEvents(filter) },
    }),
  };
  const conditionNames = conditions.flatMap(({ name: input }, index) => conditionFields(index, input));
  return { submission, names: [...REQUEST_NAMES, ...conditionNames, ...names] };
}

/** The names of all that can be said of one condition. */
export function conditionFields(index: number, input: string): (readonly [string, string])[] {
  const fields = ['', '/text', '/url', '/data', '/asset', '/type', '/weight'];
  return fields.map((field) => [`/conditions/${index}${field}`, input] as const);
}

function conditionsOf(input: PredictionInput, origins: readonly string[]) {
  const conditions = CONDITION_INPUTS.flatMap((kind) => {
    const values = input[kind] === undefined ? [] : [input[kind]].flat();
    const weights = weightsOf(input, kind, values.length);
    return values.map((value, index) => {
      const name = Array.isArray(input[kind]) ? `input.${kind}[${index}]` : `input.${kind}`;
      const weight = weights === undefined ? {} : { weight: weights[index] };
      if (kind === 'prompt') return { name, condition: { type: 'text', text: value, ...weight } };
      return { name, condition: { type: kind, ...fileSource(value, name, origins), ...weight } };
    });
  });
  if (conditions.length > 0) return conditions;
  const words = `input has none of ${CONDITION_INPUTS.join(', ')}; give at least one`;
  throw new GenerationError('invalid_request', words, { pointer: '/input' });
}

/** One weight for each value of an input; undefined where none is given. */
function weightsOf({ weights }: PredictionInput, kind: (typeof CONDITION_INPUTS)[number], count: number) {
  const given = weights?.[kind];
  if (given === undefined) return undefined;
  const list = Array.isArray(given) ? given : Array.from({ length: count }, () => given);
  if (count > 0 && list.length === count) return list;
  const has =
    count === 0
      ? `there is no input.${kind}`
      : `input.${kind} has ${count} values, so give ${count} weights or one for all`;
  const words = `input.weights.${kind} is ${JSON.stringify(given)}; ${has}`;
  throw new GenerationError('invalid_request', words, { pointer: `/input/weights/${kind}` });
}

function outputsOf(input: PredictionInput, types: readonly Modality[]) {
  const formats = formatsOf(input, types);
  const names: [string, string][] = [];
  for (const [setting, { of }] of Object.entries(OUTPUT_INPUTS)) {
    const value = input[setting as keyof typeof OUTPUT_INPUTS];
    if (value === undefined || types.some((type) => (of as readonly Modality[]).includes(type))) continue;
    const words = `input.${setting} is ${value}; it says something of ${of.join(' and ')}, and outputs are ${types.join(', ')}`;
    throw new GenerationError('invalid_request', words, { pointer: `/input/${setting}` });
  }
  const outputs = types.map((type, index) => {
    const settings = Object.entries(OUTPUT_INPUTS).flatMap(([setting, { field, of }]) => {
      names.push([`/outputs/${index}/${field}`, `input.${setting}`]);
      const value = input[setting as keyof typeof OUTPUT_INPUTS];
      return value !== undefined && (of as readonly Modality[]).includes(type) ? [[field, value] as const] : [];
    });
    const name = Array.isArray(input.outputs) ? `input.outputs[${index}]` : 'input.outputs';
    names.push(
      [`/outputs/${index}/format`, 'input.output_format'],
      [`/outputs/${index}/type`, name],
      [`/outputs/${index}`, name],
    );
    return { type, ...defined({ format: formats.get(type) }), ...Object.fromEntries(settings) };
  });
  return { outputs, names };
}

/** Each name of a format belongs to one modality. */
function formatsOf({ output_format: given }: PredictionInput, types: readonly Modality[]): Map<Modality, string> {
  const formats = new Map<Modality, string>();
  for (const format of given === undefined ? [] : [given].flat()) {
    const type = types.find((one) => (FORMATS[one] as readonly string[]).includes(format));
    if (type !== undefined && !formats.has(type)) formats.set(type, format);
    else {
      const made = types.map((one) => `${one} is made as ${FORMATS[one].join(', ')}`).join('; ');
      const problem = type === undefined ? made : `${formats.get(type)} is given for ${type} too`;
      const words = `input.output_format is ${JSON.stringify(format)}; ${problem}`;
      throw new GenerationError('invalid_request', words, { pointer: '/input/output_format' });
    }
  }
  return formats;
}

/** Pictures where the bundle makes them, else the first modality that it makes. */
export function defaultOutput(modalities: CatalogEntry['manifest']['modalities']): Modality {
  const made = MODALITIES.filter((modality) => modalities[modality]?.graphs.denoiser !== undefined);
  return made.includes('image') ? 'image' : made[0]!;
}

function defined<Fields extends Record<string, unknown>>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}
