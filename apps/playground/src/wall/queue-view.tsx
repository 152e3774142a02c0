import { useState } from 'react';
import type { Generation } from '@medley/client';
import { describeSeconds } from '../draft/use-estimate.ts';
import type { JobStore } from '../jobs/job-store.ts';
import type { Live } from '../jobs/live.ts';
import { useKeepFocus } from '../parts/keep-focus.ts';
import { progressOf } from '../stage/progress-view.tsx';
import { titleOf } from '../stage/prompt-line.tsx';

/** What waits or runs, the next first. */
export function QueueView({
  open,
  live,
  store,
}: {
  open: readonly Generation[];
  live: ReadonlyMap<string, Live>;
  store: JobStore;
}) {
  const [trouble, setTrouble] = useState<string>();
  if (open.length === 0) return <p className="quiet">Nothing waits, nothing runs.</p>;
  const cancel = (id: string) => store.cancel(id).catch((error: unknown) => setTrouble((error as Error).message));
  return (
    <>
      <ol className="line">
        {open.toReversed().map((generation) => (
          <Waiting
            key={generation.id}
            generation={generation}
            live={live.get(generation.id)}
            onCancel={() => void cancel(generation.id)}
          />
        ))}
      </ol>
      {trouble !== undefined && (
        <p className="problem" role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}

function Waiting({
  generation,
  live,
  onCancel,
}: {
  generation: Generation;
  live: Live | undefined;
  onCancel: () => void;
}) {
  const part = useKeepFocus<HTMLLIElement>(() => document.getElementById('tab-line'));
  const title = titleOf(generation);
  return (
    <li ref={part}>
      <a href={`#${generation.id}`}>{title}</a>
      <span className="line__state">{describe(generation, live)}</span>
      <button type="button" className="button button--small" aria-label={`Cancel ${title}`} onClick={onCancel}>
        Cancel
      </button>
    </li>
  );
}

function describe(generation: Generation, live: Live | undefined): string {
  const { queue } = generation;
  const { phase, step, steps } = progressOf(generation, live);
  if (phase === 'composing') return `step ${step} of ${steps}`;
  if (phase !== 'queued') return phase;
  if (queue === undefined) return 'in line';
  return `number ${queue.position} in line, about ${describeSeconds(queue.estimated_seconds)}`;
}
