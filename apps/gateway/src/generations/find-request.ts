import { generationRequest, objectKeys, readResult, type AssetStore, type GenerationRequest } from '@medley/domain';

/** The request of a generation, open or ended, as storage has it. */
export async function findRequest(store: AssetStore, id: string): Promise<GenerationRequest | undefined> {
  const open = await store.get(objectKeys.open(id));
  return open === undefined
    ? (await readResult(store, id))?.request
    : generationRequest.parse(JSON.parse(Buffer.from(open.body).toString('utf8')));
}
