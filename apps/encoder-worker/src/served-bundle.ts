import type { Bundle } from '@medley/domain';
import { GraphRunner, PromptEncoder, STAGE_GRAPHS, TextCodec, verifyBundle } from '@medley/inference';
import type { GraphObserver, SessionPool } from '@medley/inference';

/** A bundle whose prompt encoders are loaded. */
export interface ServedBundle {
  bundle: Bundle;
  encoder: PromptEncoder;
}

/** Checks the files of a bundle and loads its prompt encoders on every thread. Throws an Error that names what is wrong. */
export async function serveBundle(bundle: Bundle, pool: SessionPool, observer: GraphObserver): Promise<ServedBundle> {
  await verifyBundle(bundle);
  const runner = await GraphRunner.load(bundle, pool, STAGE_GRAPHS.encode, observer);
  const text = bundle.manifest.modalities.text === undefined ? undefined : await TextCodec.load(bundle);
  return { bundle, encoder: new PromptEncoder(runner, text) };
}
