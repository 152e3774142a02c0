import type { Dispatch, KeyboardEvent, SubmitEvent } from 'react';
import type { MedleyClient, Model } from '@medley/client';
import { FieldProblem, ProblemContext, useFocusOnProblem, type Problem } from '../parts/problem.tsx';
import { AddBar } from './add-bar.tsx';
import { ConditionCard } from './condition-card.tsx';
import type { Draft, DraftChange } from './draft.ts';
import { MixBar } from './mix-bar.tsx';
import { OutputChoice } from './output-choice.tsx';
import { Settings } from './settings.tsx';
import { useEstimate } from './use-estimate.ts';
import { useDrop, useFiles } from './use-files.ts';

/** Fields that have a place of their own for what is wrong with them. */
const OWN_PLACE =
  /^(conditions|outputs)(\/|$)|^(seed|samples|steps|guidance|sampler|priority|determinism|negative|deadline_seconds)$/;

/** Where a request is put together. */
export function Composer({
  client,
  draft,
  model,
  problem,
  busy,
  change,
  onMake,
}: {
  client: MedleyClient;
  draft: Draft;
  model: Model | undefined;
  problem: Problem | undefined;
  /** A request is on its way. */
  busy: boolean;
  change: Dispatch<DraftChange>;
  onMake: () => void;
}) {
  const { addFile, addFiles, refused } = useFiles(client, change);
  const over = useDrop(addFiles);
  const estimate = useEstimate(client, draft);
  useFocusOnProblem(problem);
  const sending = draft.conditions.some(
    (condition) => condition.type !== 'text' && condition.upload.state === 'sending',
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy && !sending) onMake();
  };
  return (
    <ProblemContext value={problem}>
      <form
        className={over ? 'composer composer--over' : 'composer'}
        aria-label="New generation"
        onSubmit={submit}
        onKeyDown={submitByEnter}
        noValidate
      >
        <MixBar conditions={draft.conditions} />
        <ol className="conditions" aria-label="Prompts">
          {draft.conditions.map((condition, index) => (
            <ConditionCard
              key={condition.key}
              condition={condition}
              number={index + 1}
              alone={draft.conditions.length === 1}
              change={change}
            />
          ))}
        </ol>
        <FieldProblem field="conditions" />
        {refused !== undefined && (
          <p className="problem" role="alert">
            {refused}
          </p>
        )}
        <AddBar change={change} addFile={addFile} addFiles={addFiles} />
        <OutputChoice outputs={draft.outputs} model={model} change={change} />
        <Settings draft={draft} model={model} change={change} />
        <div className="composer__foot">
          <button type="submit" className="make" disabled={busy || sending}>
            <span>{sending ? 'Sending files' : 'Make it'}</span>
          </button>
          <p className="quiet" aria-live="polite">
            {estimate}
          </p>
        </div>
        {problem !== undefined && (problem.field === undefined || !OWN_PLACE.test(problem.field)) && (
          <p className="problem" role="alert">
            {problem.message}
          </p>
        )}
        {over && <p className="drop">Drop it: it becomes a prompt</p>}
      </form>
    </ProblemContext>
  );
}

/** Enter does what it does once, however long it is held; in the words of a prompt it submits, as in any other field. */
function submitByEnter(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
  const inWords = event.target instanceof HTMLTextAreaElement;
  if (inWords || event.repeat) event.preventDefault();
  if (inWords && !event.repeat) event.currentTarget.requestSubmit();
}
