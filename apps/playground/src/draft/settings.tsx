import { useEffect, useRef, use, type Dispatch, type ReactNode } from 'react';
import type { Model } from '@medley/client';
import { KIND_ORDER, KINDS } from '../modalities.ts';
import { FieldProblem, ProblemContext, useField } from '../parts/problem.tsx';
import { NO_SETTINGS, type Draft, type DraftChange, type DraftSettings } from './draft.ts';

/** Everything that the model chooses by itself unless it is told here. */
export function Settings({
  draft,
  model,
  change,
}: {
  draft: Draft;
  model: Model | undefined;
  change: Dispatch<DraftChange>;
}) {
  const details = useRef<HTMLDetailsElement>(null);
  const field = use(ProblemContext)?.field;
  useEffect(() => {
    if (field !== undefined && field in NO_SETTINGS && details.current !== null) details.current.open = true;
  }, [field]);
  const { settings } = draft;
  const parts = { settings, change };
  return (
    <details className="settings" ref={details}>
      <summary>Settings</summary>
      <div className="settings__grid">
        <NumberField {...parts} name="seed" label="Seed" hint="any" />
        <NumberField {...parts} name="samples" label="Samples" hint="1" />
        <NumberField {...parts} name="steps" label="Steps" hint={model?.steps.default} />
        <NumberField {...parts} name="guidance" label="Guidance" hint={usualGuidance(draft, model)} />
        <Choice {...parts} name="sampler" label="Sampler" options={model?.samplers ?? []} first="model's own" />
        <Choice {...parts} name="priority" label="Priority" options={['low', 'normal', 'high']} first="normal" />
        <Choice {...parts} name="determinism" label="Repeatable" options={['tolerant', 'strict']} first="tolerant" />
        <NumberField {...parts} name="deadline_seconds" label="Give up after, s" hint="never" />
        <Field name="negative" label="Not this" wide>
          <Negative {...parts} />
        </Field>
        {KIND_ORDER.filter((type) => KINDS[type].formats.length > 1 && draft.outputs[type].wanted).map((type) => (
          <label key={type} className="field">
            <span>{KINDS[type].title} as</span>
            <select
              value={draft.outputs[type].format === KINDS[type].formats[0] ? '' : draft.outputs[type].format}
              onChange={(event) => change({ do: 'format', type, format: event.target.value })}
            >
              {KINDS[type].formats.map((format, index) => (
                <option key={format} value={index === 0 ? '' : format}>
                  {format}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </details>
  );
}

/** The guidance of what is wanted where none is typed: "2, 4" where outputs differ. */
function usualGuidance({ outputs }: Draft, model: Model | undefined): string {
  if (model === undefined) return '';
  const { default: usual, outputs: own = {} } = model.guidance;
  const wanted = KIND_ORDER.filter((type) => outputs[type].wanted).map(
    (type) => outputs[type].guidance ?? own[type] ?? usual,
  );
  return [...new Set(wanted)].sort((one, other) => one - other).join(', ');
}

interface SettingParts {
  settings: DraftSettings;
  change: Dispatch<DraftChange>;
}

function Field({
  name,
  label,
  wide = false,
  children,
}: {
  name: string;
  label: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={wide ? 'field field--wide' : 'field'}>
      <label>
        <span>{label}</span>
        {children}
      </label>
      <FieldProblem field={name} />
    </div>
  );
}

function NumberField({
  settings,
  change,
  name,
  label,
  hint,
}: SettingParts & {
  name: 'seed' | 'samples' | 'steps' | 'guidance' | 'deadline_seconds';
  label: string;
  hint: string | number | undefined;
}) {
  const field = useField(name);
  return (
    <Field name={name} label={label}>
      <input
        {...field}
        type="number"
        step="any"
        placeholder={String(hint ?? '')}
        value={settings[name]}
        onChange={(event) => change({ do: 'set', settings: { [name]: event.target.value } })}
      />
    </Field>
  );
}

function Choice({
  settings,
  change,
  name,
  label,
  options,
  first,
}: SettingParts & {
  name: 'sampler' | 'priority' | 'determinism';
  label: string;
  options: readonly string[];
  /** What stands for leaving it to the service. */
  first: string;
}) {
  const field = useField(name);
  return (
    <Field name={name} label={label}>
      <select
        {...field}
        value={settings[name]}
        onChange={(event) => change({ do: 'set', settings: { [name]: event.target.value } })}
      >
        <option value="">{first}</option>
        {options
          .filter((option) => option !== first)
          .map((option) => (
            <option key={option}>{option}</option>
          ))}
      </select>
    </Field>
  );
}

function Negative({ settings, change }: SettingParts) {
  const field = useField('negative');
  return (
    <input
      {...field}
      type="text"
      placeholder="what it should keep away from"
      value={settings.negative}
      onChange={(event) => change({ do: 'set', settings: { negative: event.target.value } })}
    />
  );
}
