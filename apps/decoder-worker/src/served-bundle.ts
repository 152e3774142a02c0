import type { Bundle } from '@medley/domain';
import { GraphRunner, LatentDecoder, STAGE_GRAPHS, TextCodec, verifyBundle } from '@medley/inference';
import type { SessionPool } from '@medley/inference';
import type { DecoderMetrics } from './decoder-metrics.ts';

/** A bundle whose decoders are loaded. */
export interface ServedBundle {
  bundle: Bundle;
  decoder: LatentDecoder;
}

/** Checks the files of a bundle and loads its decoders on every thread. Throws an Error that names what is wrong. */
export async function serveBundle(bundle: Bundle, pool: SessionPool, metrics: DecoderMetrics): Promise<ServedBundle> {
  await verifyBundle(bundle);
  const runner = await GraphRunner.load(bundle, pool, STAGE_GRAPHS.decode, (graph) => metrics.loaded(graph));
  const text = bundle.manifest.modalities.text === undefined ? undefined : await TextCodec.load(bundle);
  return { bundle, decoder: new LatentDecoder(runner, text) };
}
