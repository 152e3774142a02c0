import { useState } from 'react';
import type { Generation } from '@medley/client';
import { describeSeconds } from '../draft/use-estimate.ts';
import type { JobStore } from '../jobs/job-store.ts';
import type { Live } from '../jobs/live.ts';
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
          <li key={generation.id}>
            <a href={`#${generation.id}`}>{titleOf(generation)}</a>
            <span className="line__state">{describe(generation, live.get(generation.id))}</span>
            <button
              type="button"
              className="button button--small"
              aria-label={`Cancel ${titleOf(generation)}`}
              onClick={() => void cancel(generation.id)}
            >
              Cancel
            </button>
          </li>
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

function describe(generation: Generation, live: Live | undefined): string {
  const { queue } = generation;
  const { phase, step, steps } = progressOf(generation, live);
  if (phase === 'composing') return `step ${step} of ${steps}`;
  if (phase !== 'queued') return phase;
  if (queue === undefined) return 'in line';
  return `number ${queue.position} in line, about ${describeSeconds(queue.estimated_seconds)}`;
}
