import { useEffect, useState } from 'react';
import type { Modality } from '@medley/client';
import { KINDS } from '../modalities.ts';
import { Glyph } from '../parts/glyph.tsx';

const BLUR_PIXELS = 10;

/** An output on its way: its newest preview, sharper with each step, or noise that clears. */
export function PendingTile({
  kind,
  preview,
  share,
}: {
  kind: Modality;
  preview: { step: number; image: string } | undefined;
  /** 0…1: how far its generation is. */
  share: number;
}) {
  const { one, title } = KINDS[kind];
  return (
    <figure className={`tile tile--${kind} kind--${kind} tile--pending`}>
      <div className="tile__body">
        {preview === undefined ? (
          <div className="grain" style={{ opacity: 0.35 + 0.65 * (1 - share) }}>
            <Glyph name={kind} size={34} />
          </div>
        ) : (
          <Preview preview={preview} one={one} share={share} />
        )}
      </div>
      <figcaption className="tile__foot">
        <span className="tile__title">{title}</span>
      </figcaption>
    </figure>
  );
}

function Preview({ preview, one, share }: { preview: { step: number; image: string }; one: string; share: number }) {
  const [shown, setShown] = useState(preview);
  useEffect(() => {
    const next = new Image();
    next.src = preview.image;
    // The old one stays until the new one can be painted.
    next.decode().then(
      () => setShown(preview),
      () => undefined,
    );
  }, [preview]);
  return (
    <img
      className="preview"
      src={shown.image}
      alt={`Preview of the ${one} at step ${shown.step}`}
      data-step={shown.step}
      style={{ filter: `blur(${(BLUR_PIXELS * (1 - share)).toFixed(1)}px)` }}
    />
  );
}
