import type { ReactNode } from 'react';
import type { Modality } from '@medley/client';
import { KINDS } from '../modalities.ts';
import { Glyph } from '../parts/glyph.tsx';

/** The frame of every output: what it is, what can be done with it. */
export function Tile({
  kind,
  source,
  onPrompt,
  extra,
  children,
}: {
  kind: Modality;
  source: string;
  onPrompt: (() => void) | undefined;
  extra?: ReactNode;
  children: ReactNode;
}) {
  const { one, title } = KINDS[kind];
  return (
    <figure className={`tile tile--${kind} kind--${kind}`}>
      <div className="tile__body">{children}</div>
      <figcaption className="tile__foot">
        <span className="tile__title">{title}</span>
        {extra}
        {onPrompt !== undefined && (
          <button type="button" className="icon-button" aria-label={`Use the ${one} as a prompt`} onClick={onPrompt}>
            <Glyph name="prompt" />
          </button>
        )}
        <a className="icon-button" href={source} download aria-label={`Download the ${one}`}>
          <Glyph name="download" />
        </a>
      </figcaption>
    </figure>
  );
}
