import type { Dispatch } from 'react';
import { KINDS } from '../modalities.ts';
import { Glyph } from '../parts/glyph.tsx';
import { useKeepFocus } from '../parts/keep-focus.ts';
import { motionIsReduced } from '../parts/motion.ts';
import { FieldProblem, useField } from '../parts/problem.tsx';
import type { DraftChange, DraftCondition, MediaCondition } from './draft.ts';

/** One prompt: its words or its file, and how much it weighs. */
export function ConditionCard({
  condition,
  number,
  alone,
  change,
}: {
  condition: DraftCondition;
  /** From 1. */
  number: number;
  /** It is the only one, so that it stays. */
  alone: boolean;
  change: Dispatch<DraftChange>;
}) {
  const { key, type, weight } = condition;
  const name = `${KINDS[type].title} ${number}`;
  const card = useKeepFocus<HTMLLIElement>(() => {
    const prompts = document.querySelectorAll<HTMLElement>('.condition [data-field]');
    return prompts[Math.min(number, prompts.length) - 1];
  });
  return (
    <li ref={card} className={`condition kind--${type}`}>
      <div className="condition__head">
        <span className="condition__kind">
          <Glyph name={type} size={18} />
          {KINDS[type].title}
        </span>
        <label className="weight">
          <span className="weight__word">weight</span>
          <input
            type="range"
            min={0}
            max={2}
            step={0.05}
            value={weight}
            aria-label={`Weight of ${name}`}
            onChange={(event) => change({ do: 'weigh', key, weight: Number(event.target.value) })}
          />
          <output>{weight.toFixed(2)}</output>
        </label>
        <button
          type="button"
          className="icon-button icon-button--small"
          aria-label={`Remove ${name}`}
          disabled={alone}
          onClick={() => change({ do: 'remove', key })}
        >
          <Glyph name="remove" size={16} />
        </button>
      </div>
      {condition.type === 'text' ? (
        <Words condition={condition} name={name} change={change} />
      ) : (
        <Medium condition={condition} name={name} />
      )}
      <FieldProblem field={`conditions/${key}`} />
    </li>
  );
}

function Words({
  condition,
  name,
  change,
}: {
  condition: DraftCondition & { type: 'text' };
  name: string;
  change: Dispatch<DraftChange>;
}) {
  const field = useField(`conditions/${condition.key}`);
  return (
    <textarea
      {...field}
      rows={2}
      aria-label={name}
      placeholder="Say what you would like to see and hear"
      value={condition.text}
      onChange={(event) => change({ do: 'write', key: condition.key, text: event.target.value })}
    />
  );
}

function Medium({ condition, name }: { condition: MediaCondition; name: string }) {
  const field = useField(`conditions/${condition.key}`);
  const { type, preview, upload } = condition;
  return (
    <div className="medium" tabIndex={-1} role="group" aria-label={`${name}: ${condition.name}`} {...field}>
      {preview !== undefined && type === 'image' && <img src={preview} alt={condition.name} />}
      {preview !== undefined && type === 'video' && (
        <video
          src={preview}
          muted
          loop
          controls
          autoPlay={!motionIsReduced()}
          playsInline
          aria-label={condition.name}
        />
      )}
      {preview !== undefined && type === 'audio' && <audio src={preview} controls aria-label={condition.name} />}
      <p className="medium__name">{condition.name}</p>
      {upload.state === 'sending' && (
        <progress value={upload.sent} max={upload.total} aria-label={`Sending ${condition.name}`} />
      )}
      {upload.state === 'refused' && (
        <p className="problem" role="alert">
          {upload.message}
        </p>
      )}
    </div>
  );
}
