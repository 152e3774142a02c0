import type { Bundle } from '@medley/domain';
import { GraphRunner, LatentDecoder, STAGE_GRAPHS, TextCodec, verifyBundle } from '@medley/inference';
import type { GraphObserver, SessionPool } from '@medley/inference';

/** A bundle whose decoders are loaded. */
export interface ServedBundle {
  bundle: Bundle;
  decoder: LatentDecoder;
}

/** Checks the files of a bundle and loads its decoders on every thread. Throws an Error that names what is wrong. */
export async function serveBundle(bundle: Bundle, pool: SessionPool, observer: GraphObserver): Promise<ServedBundle> {
  await verifyBundle(bundle);
  const runner = await GraphRunner.load(bundle, pool, STAGE_GRAPHS.decode, observer);
  const text = bundle.manifest.modalities.text === undefined ? undefined : await TextCodec.load(bundle);
  return { bundle, decoder: new LatentDecoder(runner, text) };
}
