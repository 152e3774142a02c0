import type { Asset, Generation, Modality, Output } from '@medley/client';

/** How far a file is on its way to the service. */
type UploadState =
  { state: 'sending'; sent: number; total: number } | { state: 'stored' } | { state: 'refused'; message: string };

/** A prompt as it is being put together. */
export type DraftCondition = { key: string; weight: number } & (
  | { type: 'text'; text: string }
  | {
      type: 'image' | 'audio' | 'video';
      name: string;
      /** Known once the service has it. */
      asset?: string;
      /** Fetched by the service. */
      url?: string;
      /** What this page can show or play of it. */
      preview?: string;
      upload: UploadState;
    }
);
export type MediaCondition = Exclude<DraftCondition, { type: 'text' }>;

/** Fields of the settings as they were typed; an empty one leaves the choice to the model. */
export interface DraftSettings {
  seed: string;
  steps: string;
  guidance: string;
  samples: string;
  sampler: string;
  negative: string;
  deadline_seconds: string;
  priority: '' | 'low' | 'normal' | 'high';
  determinism: '' | 'tolerant' | 'strict';
}

/** What is to be made of one kind. */
interface DraftOutput {
  wanted: boolean;
  format: string;
  /** Its own, where an earlier generation had different ones for its outputs. */
  guidance?: number | undefined;
  /** For words. */
  max_tokens?: number | undefined;
}

/** A request that is being put together. */
export interface Draft {
  model: string | undefined;
  conditions: DraftCondition[];
  outputs: Record<Modality, DraftOutput>;
  settings: DraftSettings;
}

export const NO_SETTINGS: DraftSettings = {
  seed: '',
  steps: '',
  guidance: '',
  samples: '',
  sampler: '',
  negative: '',
  deadline_seconds: '',
  priority: '',
  determinism: '',
};

let lastKey = 0;
const newKey = () => `condition-${(lastKey += 1)}`;

export function textCondition(text: string, weight = 1): DraftCondition {
  return { key: newKey(), type: 'text', text, weight };
}

/** A file of this machine on its way to the service. */
export function fileCondition(type: MediaCondition['type'], file: Blob, name: string): MediaCondition {
  const preview = URL.createObjectURL(file);
  return { key: newKey(), type, name, weight: 1, preview, upload: { state: 'sending', sent: 0, total: file.size } };
}

/** Where the service gives out a generated asset again. What a client sent is never served. */
export const contentOf = (asset: string) => `/v1/assets/${asset}/content`;
const isGenerated = (asset: string) => /^ast_[0-9a-z]{28}$/.test(asset);

/** What was made, as a prompt for what is made next. */
export function outputCondition(output: Pick<Output, 'type' | 'text' | 'asset'>): DraftCondition {
  if (output.type === 'text') return textCondition(output.text ?? '');
  return storedCondition(output.type, output.asset, `made ${NOUNS[output.type]}`, 1);
}

const NOUNS = { image: 'picture', audio: 'sound', video: 'clip' } as const;

function storedCondition(type: MediaCondition['type'], asset: string, name: string, weight: number): MediaCondition {
  const preview = isGenerated(asset) ? { preview: contentOf(asset) } : {};
  return { key: newKey(), type, name, asset, weight, ...preview, upload: { state: 'stored' } };
}

const MODALITIES = ['image', 'video', 'audio', 'text'] as const satisfies readonly Modality[];
const allOutputs = (choose: (type: Modality) => DraftOutput): Draft['outputs'] =>
  Object.fromEntries(MODALITIES.map((type) => [type, choose(type)])) as Draft['outputs'];

/** What a first visitor finds: something to make at once. */
export function firstDraft(example: string): Draft {
  return {
    model: undefined,
    conditions: [textCondition(example)],
    outputs: allOutputs(() => ({ wanted: true, format: '' })),
    settings: NO_SETTINGS,
  };
}

/**
 * The draft of an earlier generation, to be changed. The seed is left out: its outcome is another one; so are metadata,
 * which are words of whoever sent it.
 */
export function draftOf(generation: Generation): Draft {
  const { conditions, requested, model, steps, sampler, samples, negative, priority, determinism } = generation;
  const common = oneFor(requested.map(({ guidance }) => guidance));
  return {
    model,
    conditions: conditions.map((condition) => {
      if (condition.type === 'text') return textCondition(condition.text, condition.weight);
      const { type, asset, url, weight } = condition;
      if (asset !== undefined) return storedCondition(type, asset, `earlier ${NOUNS[type]}`, weight);
      return { key: newKey(), type, name: url ?? '', url: url ?? '', weight, upload: { state: 'stored' } };
    }),
    outputs: allOutputs((type) => {
      const output = requested.find((one) => one.type === type);
      if (output === undefined) return { wanted: false, format: '' };
      const { format, guidance, max_tokens } = output;
      return { wanted: true, format, max_tokens, ...(common === '' ? { guidance } : {}) };
    }),
    settings: {
      ...NO_SETTINGS,
      steps: String(steps),
      sampler,
      samples: String(samples),
      guidance: common,
      negative: negative ?? '',
      priority: priority === 'normal' ? '' : priority,
      determinism: determinism === 'tolerant' ? '' : determinism,
    },
  };
}

/** A setting of outputs, where it is the same for all of them. */
function oneFor(values: readonly number[]): string {
  return new Set(values).size === 1 ? String(values[0]) : '';
}

export type DraftChange =
  | { do: 'add'; condition: DraftCondition }
  | { do: 'remove'; key: string }
  | { do: 'write'; key: string; text: string }
  | { do: 'weigh'; key: string; weight: number }
  | { do: 'upload'; key: string; upload: UploadState; asset?: Asset }
  | { do: 'want'; type: Modality; wanted: boolean }
  | { do: 'format'; type: Modality; format: string }
  | { do: 'set'; settings: Partial<DraftSettings> }
  | { do: 'model'; model: string }
  | { do: 'replace'; draft: Draft };

/** One change of the draft. */
export function changeDraft(draft: Draft, change: DraftChange): Draft {
  const each = (key: string, changed: (condition: DraftCondition) => DraftCondition): Draft => ({
    ...draft,
    conditions: draft.conditions.map((condition) => (condition.key === key ? changed(condition) : condition)),
  });
  switch (change.do) {
    case 'add':
      return { ...draft, conditions: [...draft.conditions, change.condition] };
    case 'remove':
      return { ...draft, conditions: draft.conditions.filter(({ key }) => key !== change.key) };
    case 'write':
      return each(change.key, (condition) =>
        condition.type === 'text' ? { ...condition, text: change.text } : condition,
      );
    case 'weigh':
      return each(change.key, (condition) => ({ ...condition, weight: change.weight }));
    case 'upload':
      return each(change.key, (condition) =>
        condition.type === 'text'
          ? condition
          : { ...condition, upload: change.upload, ...(change.asset === undefined ? {} : { asset: change.asset.id }) },
      );
    case 'want':
    case 'format': {
      const { do: _, type, ...field } = change;
      return { ...draft, outputs: { ...draft.outputs, [type]: { ...draft.outputs[type], ...field } } };
    }
    case 'set': {
      const settings = { ...draft.settings, ...change.settings };
      // What is typed holds for all outputs.
      return 'guidance' in change.settings ? { ...withoutOwn(draft, 'guidance'), settings } : { ...draft, settings };
    }
    case 'model': {
      const settings = { ...draft.settings, sampler: '', steps: '', guidance: '' };
      return { ...withoutOwn(draft, 'guidance', 'max_tokens'), model: change.model, settings };
    }
    case 'replace':
      return change.draft;
  }
}

/** The draft whose outputs have none of these settings of their own. */
function withoutOwn(draft: Draft, ...names: ('guidance' | 'max_tokens')[]): Draft {
  const cleared: Partial<DraftOutput> = Object.fromEntries(names.map((name) => [name, undefined]));
  return { ...draft, outputs: allOutputs((type) => ({ ...draft.outputs[type], ...cleared })) };
}

/** Lets go of the files that were previewed before and are not any more. */
export function releasePreviews(before: readonly DraftCondition[], after: readonly DraftCondition[]): void {
  const shown = new Set(after.map(previewOf));
  for (const preview of before.map(previewOf))
    if (preview?.startsWith('blob:') === true && !shown.has(preview)) URL.revokeObjectURL(preview);
}

const previewOf = (condition: DraftCondition) => (condition.type === 'text' ? undefined : condition.preview);
