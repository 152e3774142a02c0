import type { Dispatch } from 'react';
import type { Model, Modality } from '@medley/client';
import { KIND_ORDER, KINDS } from '../modalities.ts';
import { Glyph } from '../parts/glyph.tsx';
import { FieldProblem, useField } from '../parts/problem.tsx';
import type { Draft, DraftChange } from './draft.ts';

/** What is to be made; what the model can't make is not offered. */
export function OutputChoice({
  outputs,
  model,
  change,
}: {
  outputs: Draft['outputs'];
  model: Model | undefined;
  change: Dispatch<DraftChange>;
}) {
  const made = KIND_ORDER.filter((type) => model === undefined || type in model.outputs);
  return (
    <fieldset className="choices">
      <legend>Make</legend>
      <div className="choices__row">
        {made.map((type) => (
          <Choice key={type} type={type} wanted={outputs[type].wanted} change={change} />
        ))}
      </div>
      <FieldProblem field="outputs" />
      {made.map((type) => (
        <FieldProblem key={type} field={`outputs/${type}`} />
      ))}
    </fieldset>
  );
}

function Choice({ type, wanted, change }: { type: Modality; wanted: boolean; change: Dispatch<DraftChange> }) {
  const field = useField(`outputs/${type}`);
  return (
    <label className={`choice kind--${type}`}>
      <input
        {...field}
        type="checkbox"
        checked={wanted}
        onChange={(event) => change({ do: 'want', type, wanted: event.target.checked })}
      />
      <span className="choice__face">
        <Glyph name={type} size={22} />
        {KINDS[type].title}
      </span>
    </label>
  );
}
