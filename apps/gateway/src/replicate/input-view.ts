import type { Condition, GenerationRequest } from '@medley/domain';
import type { FieldNames } from '../http/field-names.ts';
import { FILES_PATH } from './input-files.ts';
import { CONDITION_INPUTS } from './prediction-body.ts';
import { conditionFields } from './prediction-submission.ts';

type Input = (typeof CONDITION_INPUTS)[number];

/** `input` of a prediction, from what was accepted: every default filled in, files under their URLs here. */
export function viewInput(request: GenerationRequest, base: string): Record<string, unknown> {
  const { conditions, outputs, negative } = request;
  const given = CONDITION_INPUTS.flatMap((input) => {
    const of = conditions.filter((condition) => inputOf(condition) === input);
    return of.length === 0 ? [] : [{ input, of }];
  });
  const tokens = outputs.find(({ max_tokens: limit }) => limit !== undefined)?.max_tokens;
  return {
    ...Object.fromEntries(given.map(({ input, of }) => [input, oneOrAll(of.map((one) => contentOf(one, base)))])),
    ...(negative === undefined ? {} : { negative_prompt: negative }),
    weights: Object.fromEntries(given.map(({ input, of }) => [input, oneOrAll(of.map(({ weight }) => weight))])),
    outputs: outputs.map(({ type }) => type),
    output_format: outputs.map(({ format }) => format),
    num_outputs: request.samples,
    seed: request.seed,
    num_inference_steps: request.steps,
    guidance_scale: outputs[0]!.guidance,
    scheduler: request.sampler,
    ...(tokens === undefined ? {} : { max_tokens: tokens }),
  };
}

/** What the conditions of a request are called as inputs. */
export function inputNames({ conditions }: GenerationRequest): FieldNames {
  return conditions.flatMap((condition, index) => {
    const input = inputOf(condition);
    const same = conditions.map((one, at) => (inputOf(one) === input ? at : -1)).filter((at) => at >= 0);
    const place = same.length > 1 ? `[${same.indexOf(index)}]` : '';
    return conditionFields(index, `input.${input}${place}`);
  });
}

function inputOf({ type }: Condition): Input {
  return type === 'text' ? 'prompt' : type;
}

function contentOf(condition: Condition, base: string): string {
  if ('text' in condition) return condition.text;
  return 'url' in condition ? condition.url : `${base}${FILES_PATH}/${condition.asset.id}`;
}

function oneOrAll<Value>(values: readonly Value[]): Value | readonly Value[] {
  return values.length === 1 ? values[0]! : values;
}
