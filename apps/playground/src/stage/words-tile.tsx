import { Tile } from './tile.tsx';
import type { TileProps } from './tiles.tsx';

export function WordsTile({ output, source, onPrompt }: TileProps) {
  return (
    <Tile kind="text" source={source} onPrompt={onPrompt}>
      <blockquote className="words">{output.text}</blockquote>
    </Tile>
  );
}
