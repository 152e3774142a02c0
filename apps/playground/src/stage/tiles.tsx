import type { Generation, Modality, Output } from '@medley/client';
import { NOTHING_YET, type Live } from '../jobs/live.ts';
import { KIND_ORDER } from '../modalities.ts';
import { progressOf, shareOf } from './progress-view.tsx';
import { ClipTile } from './clip-tile.tsx';
import { PendingTile } from './pending-tile.tsx';
import { PictureTile } from './picture-tile.tsx';
import { SoundTile } from './sound-tile.tsx';
import { WordsTile } from './words-tile.tsx';

/** What a tile shows an output with. */
export interface TileProps {
  output: TileOutput;
  /** Where the file is. */
  source: string;
  /** A clip with the sound that belongs to it. */
  muxed?: string | undefined;
  name: string;
  onPrompt?: (() => void) | undefined;
}
export type TileOutput = Pick<Output, 'type' | 'role' | 'sample' | 'text' | 'width' | 'height'>;

const TILES = { image: PictureTile, video: ClipTile, audio: SoundTile, text: WordsTile };

/** The outputs of one generation side by side, one row for each sample; what is not made yet as far as it can be seen. */
export function Tiles({
  generation,
  live,
  onPrompt,
}: {
  generation: Generation;
  live: Live | undefined;
  onPrompt: (output: Output) => void;
}) {
  const { requested, samples, outputs, status } = generation;
  const kinds = KIND_ORDER.filter((kind) => requested.some(({ type }) => type === kind));
  if (status !== 'succeeded') {
    const share = shareOf(progressOf(generation, live));
    const { previews } = live ?? NOTHING_YET;
    return (
      <div className="tiles" aria-busy="true" data-kinds={kinds.length}>
        {kinds.map((kind) => (
          <PendingTile key={kind} kind={kind} preview={previews[kind]} share={share} />
        ))}
      </div>
    );
  }
  return Array.from({ length: samples }, (_, sample) => (
    <MadeTiles
      key={sample}
      kinds={kinds}
      outputs={outputs.filter((output) => output.sample === sample)}
      source={({ url }) => localLink(url)}
      title={samples === 1 ? '' : `Sample ${sample + 1}`}
      onPrompt={onPrompt}
    />
  ));
}

/** The files of one sample. */
export function MadeTiles<File extends TileOutput>({
  kinds,
  outputs,
  source,
  title = '',
  onPrompt,
}: {
  kinds: readonly Modality[];
  outputs: readonly File[];
  source: (output: File) => string;
  title?: string;
  onPrompt?: (output: File) => void;
}) {
  const muxed = outputs.find(({ role }) => role === 'muxed');
  return (
    <div className="tiles" role="group" aria-label={title === '' ? 'Results' : title} data-kinds={kinds.length}>
      {kinds.map((kind) => {
        const output = outputs.find(({ type, role }) => type === kind && role === 'primary');
        if (output === undefined) return null;
        const Tile = TILES[kind];
        return (
          <Tile
            key={kind}
            output={output}
            source={source(output)}
            muxed={kind === 'video' && muxed !== undefined ? source(muxed) : undefined}
            name={title}
            onPrompt={onPrompt === undefined ? undefined : () => onPrompt(output)}
          />
        );
      })}
    </div>
  );
}

/** The link as this page reaches it, whatever name the service gives itself. */
export function localLink(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
