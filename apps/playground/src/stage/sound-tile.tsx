import { useEffect, useRef, useState } from 'react';
import { Glyph } from '../parts/glyph.tsx';
import { Tile } from './tile.tsx';
import type { TileProps } from './tiles.tsx';
import { BARS, usePeaks } from './use-peaks.ts';

/** Plays with its waveform, along which one can move. */
export function SoundTile({ source, name, onPrompt }: TileProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [share, setShare] = useState(0);
  const peaks = usePeaks(source);
  useEffect(() => {
    if (!playing) return undefined;
    let frame = requestAnimationFrame(function follow() {
      const { current } = audio;
      if (current !== null && current.duration > 0) setShare(current.currentTime / current.duration);
      frame = requestAnimationFrame(follow);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  const toggle = () => {
    const { current } = audio;
    if (current === null) return;
    if (current.paused) void current.play();
    else current.pause();
  };
  const seek = (to: number) => {
    const { current } = audio;
    if (current === null || !Number.isFinite(current.duration)) return;
    current.currentTime = to * current.duration;
    setShare(to);
  };
  return (
    <Tile kind="audio" source={source} onPrompt={onPrompt}>
      <audio
        ref={audio}
        src={source}
        preload="auto"
        aria-label={`Generated sound ${name}`.trim()}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setShare(0)}
      />
      <div className="sound">
        <button
          type="button"
          className="round-button round-button--large"
          aria-label={playing ? 'Pause the sound' : 'Play the sound'}
          onClick={toggle}
        >
          <Glyph name={playing ? 'pause' : 'play'} size={24} />
        </button>
        <div className="wave">
          <svg viewBox={`0 0 ${BARS} 100`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
            {peaks.map((peak, index) => (
              <rect
                key={index}
                className={index / BARS < share ? 'wave__bar wave__bar--played' : 'wave__bar'}
                x={index + 0.2}
                y={50 - peak * 48}
                width={0.6}
                height={Math.max(1.5, peak * 96)}
                rx={0.3}
              />
            ))}
          </svg>
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={share}
            aria-label="Place in the sound"
            aria-valuetext={`${Math.round(share * 100)} %`}
            onChange={(event) => seek(Number(event.target.value))}
          />
        </div>
      </div>
    </Tile>
  );
}
