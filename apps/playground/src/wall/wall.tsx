import { useState, type KeyboardEvent } from 'react';
import type { Jobs, JobStore } from '../jobs/job-store.ts';
import { hasEnded } from '../jobs/merge.ts';
import { QueueView } from './queue-view.tsx';
import { Thumb } from './thumb.tsx';

/** Everything that was made with this key, and what waits or runs. */
export function Wall({ jobs, store, selected }: { jobs: Jobs; store: JobStore; selected: string | undefined }) {
  const [tab, setTab] = useState<'made' | 'line'>('made');
  const open = jobs.list.filter((generation) => !hasEnded(generation));
  const tabs = [
    { name: 'made', title: 'History' },
    { name: 'line', title: open.length === 0 ? 'Queue' : `Queue, ${open.length}` },
  ] as const;
  const move = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const other = tab === 'made' ? 'line' : 'made';
    setTab(other);
    document.getElementById(`tab-${other}`)?.focus();
  };
  return (
    <section className="wall" aria-label="Everything made">
      <div className="tabs" role="tablist" aria-label="What to show" onKeyDown={move}>
        {tabs.map(({ name, title }) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={tab === name}
            aria-controls={`panel-${name}`}
            tabIndex={tab === name ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="panel-made" role="tabpanel" aria-labelledby="tab-made" hidden={tab !== 'made'}>
        {jobs.loaded && jobs.list.length === 0 && <p className="quiet">What you make stays here.</p>}
        <ul className="thumbs">
          {jobs.list.map((generation) => (
            <Thumb
              key={generation.id}
              generation={generation}
              live={jobs.live.get(generation.id)}
              current={generation.id === selected}
            />
          ))}
        </ul>
        {jobs.more && (
          <button type="button" className="button" onClick={() => void store.loadMore()}>
            Older ones
          </button>
        )}
      </div>
      <div id="panel-line" role="tabpanel" aria-labelledby="tab-line" hidden={tab !== 'line'}>
        <QueueView open={open} live={jobs.live} store={store} />
      </div>
    </section>
  );
}
