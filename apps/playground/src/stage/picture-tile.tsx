import { Tile } from './tile.tsx';
import type { TileProps } from './tiles.tsx';

export function PictureTile({ source, name, onPrompt }: TileProps) {
  return (
    <Tile kind="image" source={source} onPrompt={onPrompt}>
      <img className="tile__picture" src={source} alt={`Generated picture ${name}`.trim()} />
    </Tile>
  );
}
