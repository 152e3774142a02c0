import { useState } from 'react';
import type { Generation, Output } from '@medley/client';
import type { JobStore } from '../jobs/job-store.ts';
import type { Live } from '../jobs/live.ts';
import { hasEnded } from '../jobs/merge.ts';
import { Glyph } from '../parts/glyph.tsx';
import { stageHeading, useKeepFocus } from '../parts/keep-focus.ts';
import { Facts } from './facts.tsx';
import { ProgressView } from './progress-view.tsx';
import { PromptLine } from './prompt-line.tsx';
import { ShareButton } from './share-button.tsx';
import { Tiles } from './tiles.tsx';

/** One generation: what it was asked, how far it is, what it made, and what can be done with it. */
export function Stage({
  generation,
  live,
  store,
  onAgain,
  onEdit,
  onPrompt,
  onGone,
}: {
  generation: Generation;
  live: Live | undefined;
  store: JobStore;
  onAgain: () => void;
  onEdit: () => void;
  onPrompt: (output: Output) => void;
  onGone: () => void;
}) {
  const [trouble, setTrouble] = useState<string>();
  const attempt = (done: Promise<unknown>) => {
    setTrouble(undefined);
    done.catch((error: unknown) => setTrouble((error as Error).message));
  };
  const { id, status, error } = generation;
  const ended = hasEnded(generation);
  const part = useKeepFocus<HTMLElement>(stageHeading);
  return (
    <section ref={part} className="stage" id="stage" aria-label="Result" data-status={status} data-generation={id}>
      <PromptLine generation={generation} />
      {!ended && <ProgressView generation={generation} live={live} onCancel={() => attempt(store.cancel(id))} />}
      <p className="unseen" role="status">
        {ended ? `The generation ${status === 'canceled' ? 'was canceled' : status}.` : ''}
      </p>
      {status === 'failed' && <p className="problem problem--large">{error?.message}</p>}
      {status === 'canceled' && <p className="stage__note">Canceled before it was done.</p>}
      {(status === 'succeeded' || !ended) && <Tiles generation={generation} live={live} onPrompt={onPrompt} />}
      {ended && (
        <div className="stage__foot">
          <div className="actions">
            <button type="button" className="button button--strong" onClick={onAgain}>
              <Glyph name="again" /> Again, another seed
            </button>
            <button type="button" className="button" onClick={onEdit}>
              <Glyph name="edit" /> Edit
            </button>
            {status === 'succeeded' && <ShareButton id={id} client={store.client} />}
            <button type="button" className="button" onClick={() => attempt(store.delete(id).then(onGone))}>
              <Glyph name="trash" /> Delete
            </button>
          </div>
          <Facts generation={generation} />
        </div>
      )}
      {trouble !== undefined && (
        <p className="problem" role="alert">
          {trouble}
        </p>
      )}
    </section>
  );
}
