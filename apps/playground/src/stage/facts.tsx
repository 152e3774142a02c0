import { useState } from 'react';
import type { Generation } from '@medley/client';
import { Glyph } from '../parts/glyph.tsx';

/** What makes a result again: its seed and its settings. */
export function Facts({ generation }: { generation: Generation }) {
  const { seed, steps, sampler, model, created_at: createdAt, timings } = generation;
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(String(seed)).then(() => setCopied(true));
  const seconds = Math.max(0, ...Object.values(timings));
  return (
    <dl className="facts">
      <div>
        <dt>Seed</dt>
        <dd>
          <button type="button" onClick={copy} aria-label={`Copy the seed ${seed}`}>
            {seed} <Glyph name="copy" size={14} />
          </button>
          <span className="unseen" role="status">
            {copied ? 'Copied' : ''}
          </span>
        </dd>
      </div>
      <div>
        <dt>Steps</dt>
        <dd>
          {steps}, {sampler}
        </dd>
      </div>
      <div>
        <dt>Model</dt>
        <dd>{model}</dd>
      </div>
      {seconds > 0 && (
        <div>
          <dt>Took</dt>
          <dd>{seconds.toFixed(1)} s</dd>
        </div>
      )}
      <div>
        <dt>Made</dt>
        <dd>
          <time dateTime={createdAt}>{new Date(createdAt).toLocaleString()}</time>
        </dd>
      </div>
    </dl>
  );
}
