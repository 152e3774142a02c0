import { Tile } from './tile.tsx';
import type { TileProps } from './tiles.tsx';

/** A model may have nothing to say; that is no prompt either. */
export function WordsTile({ output, source, onPrompt }: TileProps) {
  const silent = (output.text ?? '').trim() === '';
  return (
    <Tile kind="text" source={source} onPrompt={silent ? undefined : onPrompt}>
      {silent ? <p className="quiet">No words came.</p> : <blockquote className="words">{output.text}</blockquote>}
    </Tile>
  );
}
