import type { Modality } from '@medley/client';
import { KIND_ORDER } from '../modalities.ts';

/** Four discs, one of each modality, that come together: the sign of Medley, and how far a generation is. */
export function Logo({
  apart = 0,
  size = 40,
  kinds = KIND_ORDER,
  turning = false,
}: {
  /** 1: each by itself; 0: they overlap. */
  apart?: number;
  size?: number;
  kinds?: readonly Modality[];
  turning?: boolean;
}) {
  const distance = 7 + 15 * apart;
  return (
    <svg
      className={turning ? 'logo logo--turning' : 'logo'}
      width={size}
      height={size}
      viewBox="-40 -40 80 80"
      aria-hidden="true"
      focusable="false"
    >
      {kinds.map((kind, index) => {
        const angle = (2 * Math.PI * index) / kinds.length - (3 * Math.PI) / 4;
        const [x, y] = kinds.length === 1 ? [0, 0] : [Math.cos(angle) * distance, Math.sin(angle) * distance];
        return (
          <circle
            key={kind}
            className={`logo__disc kind--${kind}`}
            r={16}
            style={{ transform: `translate(${x.toFixed(2)}px, ${y.toFixed(2)}px)` }}
          />
        );
      })}
    </svg>
  );
}
