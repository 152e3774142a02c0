import type { Generation } from '@medley/client';
import { contentOf } from '../draft/draft.ts';
import type { Live } from '../jobs/live.ts';
import { hasEnded } from '../jobs/merge.ts';
import { Glyph } from '../parts/glyph.tsx';
import { Logo } from '../parts/logo.tsx';
import { progressOf, shareOf } from '../stage/progress-view.tsx';
import { titleOf } from '../stage/prompt-line.tsx';

/** One generation of the history: what shows best what it made, and what it was asked. */
export function Thumb({
  generation,
  live,
  current,
}: {
  generation: Generation;
  live: Live | undefined;
  current: boolean;
}) {
  const { id, status } = generation;
  return (
    <li>
      <a className="thumb" href={`#${id}`} aria-current={current ? 'true' : undefined} data-status={status}>
        <span className="thumb__face">
          <Face generation={generation} live={live} />
        </span>
        <span className="thumb__title">{titleOf(generation)}</span>
        {status !== 'succeeded' && <span className="thumb__status">{status}</span>}
      </a>
    </li>
  );
}

function Face({ generation, live }: { generation: Generation; live: Live | undefined }) {
  const { outputs, requested, status } = generation;
  const kinds = requested.map(({ type }) => type);
  if (!hasEnded(generation))
    return <Logo kinds={kinds} size={56} apart={1 - shareOf(progressOf(generation, live))} turning />;
  if (status !== 'succeeded') return <Glyph name="remove" size={28} />;
  const first = (type: string) => outputs.find((output) => output.type === type && output.role === 'primary');
  const picture = first('image');
  if (picture !== undefined) return <img src={contentOf(picture.asset)} alt="" loading="lazy" />;
  const clip = first('video');
  if (clip !== undefined) return <video src={contentOf(clip.asset)} muted preload="metadata" aria-hidden="true" />;
  const words = first('text')?.text;
  if (words !== undefined) return <span className="thumb__words">{words}</span>;
  return <Glyph name="audio" size={40} />;
}
