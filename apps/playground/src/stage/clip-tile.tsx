import { useRef, useState } from 'react';
import { Glyph } from '../parts/glyph.tsx';
import { motionIsReduced } from '../parts/motion.ts';
import { Tile } from './tile.tsx';
import type { TileProps } from './tiles.tsx';

/** Plays in a loop; where a sound was made with it, the sound can be turned on. */
export function ClipTile({ source, muxed, name, onPrompt }: TileProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);
  const [muted, setMuted] = useState(true);
  const toggle = () => {
    const { current } = video;
    if (current === null) return;
    if (current.paused) void current.play();
    else current.pause();
  };
  return (
    <Tile
      kind="video"
      source={source}
      onPrompt={onPrompt}
      extra={
        muxed !== undefined && (
          <a
            className="icon-button icon-button--wide"
            href={muxed}
            download
            aria-label="Download the clip with its sound"
          >
            <Glyph name="download" /> + sound
          </a>
        )
      }
    >
      <video
        ref={video}
        className="tile__picture"
        src={muxed ?? source}
        loop
        muted={muted}
        autoPlay={!motionIsReduced()}
        playsInline
        aria-label={`Generated clip ${name}`.trim()}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onClick={toggle}
      />
      <div className="tile__controls">
        <button
          type="button"
          className="round-button"
          aria-label={playing ? 'Pause the clip' : 'Play the clip'}
          onClick={toggle}
        >
          <Glyph name={playing ? 'pause' : 'play'} />
        </button>
        {muxed !== undefined && (
          <button
            type="button"
            className="round-button"
            aria-label={muted ? 'Sound on' : 'Sound off'}
            onClick={() => setMuted(!muted)}
          >
            <Glyph name={muted ? 'silent' : 'loud'} />
          </button>
        )}
      </div>
    </Tile>
  );
}
