import type { ConditionBody, Generation, GenerationBody, Modality, OutputBody } from '@medley/client';
import type { Draft, DraftCondition } from './draft.ts';

/** A request, and which part of the draft each of its conditions and outputs came from. */
export interface DraftBody {
  body: GenerationBody;
  conditions: readonly DraftCondition[];
  outputs: readonly Modality[];
}

/** What is sent for a draft. Empty words are left out; everything else the service judges. */
export function bodyOf(draft: Draft): DraftBody {
  const conditions = draft.conditions.filter((condition) => condition.type !== 'text' || condition.text.trim() !== '');
  const outputs = (Object.keys(draft.outputs) as Modality[]).filter((type) => draft.outputs[type].wanted);
  const { settings } = draft;
  const body: GenerationBody = {
    ...(draft.model === undefined ? {} : { model: draft.model }),
    conditions: conditions.map(conditionBody),
    outputs: outputs.map((type): OutputBody => {
      const { format, guidance, max_tokens } = draft.outputs[type];
      return {
        type,
        ...(format === '' ? {} : { format }),
        ...(guidance === undefined ? {} : { guidance }),
        ...(max_tokens === undefined ? {} : { max_tokens }),
      } as OutputBody;
    }),
    ...number('seed', settings.seed),
    ...number('steps', settings.steps),
    ...number('guidance', settings.guidance),
    ...number('samples', settings.samples),
    ...number('deadline_seconds', settings.deadline_seconds),
    ...(settings.sampler === '' ? {} : { sampler: settings.sampler as NonNullable<GenerationBody['sampler']> }),
    ...(settings.negative.trim() === '' ? {} : { negative: settings.negative.trim() }),
    ...(settings.priority === '' ? {} : { priority: settings.priority }),
    ...(settings.determinism === '' ? {} : { determinism: settings.determinism }),
  };
  return { body, conditions, outputs };
}

/** What makes a generation once more as the service tells of it, but for its seed. Its deadline is not told. */
export function againBody(generation: Generation): GenerationBody {
  const { model, conditions, negative, requested, steps, sampler, samples, determinism, priority, metadata } =
    generation;
  return {
    model,
    conditions,
    ...(negative === undefined ? {} : { negative }),
    outputs: requested as OutputBody[],
    steps,
    sampler,
    samples,
    determinism,
    priority,
    metadata,
  };
}

function conditionBody(condition: DraftCondition): ConditionBody {
  const { type, weight } = condition;
  if (type === 'text') return { type, text: condition.text.trim(), weight };
  if (condition.url !== undefined) return { type, url: condition.url, weight };
  return { type, ...(condition.asset === undefined ? {} : { asset: condition.asset }), weight };
}

const number = <Name extends string>(name: Name, typed: string) =>
  (typed.trim() === '' ? {} : { [name]: Number(typed) }) as Partial<Record<Name, number>>;

/**
 * The field that a JSON pointer into a sent body means: `conditions/<key>`, `outputs/<modality>`, or the name of a
 * setting. Undefined where the page has no such field.
 */
export function fieldAt(
  pointer: string | undefined,
  sent: Pick<DraftBody, 'conditions' | 'outputs'>,
): string | undefined {
  const [, first, second] = (pointer ?? '').split('/');
  if (first === undefined || first === '') return undefined;
  if (first === 'conditions') {
    const key = sent.conditions[Number(second)]?.key;
    return key === undefined || second === undefined ? first : `conditions/${key}`;
  }
  if (first === 'outputs') {
    const type = sent.outputs[Number(second)];
    return type === undefined || second === undefined ? first : `outputs/${type}`;
  }
  return first;
}
