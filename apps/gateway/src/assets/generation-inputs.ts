import { contentDigest, objectKeys, type AssetStore, type GenerationRequest, type Modality } from '@medley/domain';
import { assetReference, type AssetReference } from './asset-reference.ts';

const EMPTY = Buffer.alloc(0);
const MARK = { contentType: 'application/x-empty' };
const JSON_TYPE = { contentType: 'application/json' };

/** Marks that the generation uses these assets: they are erased with the last generation that does. */
export async function holdAssets(
  store: AssetStore,
  { id, owner }: Pick<GenerationRequest, 'id' | 'owner'>,
  assets: readonly AssetReference[],
): Promise<void> {
  await Promise.all(assets.map((asset) => store.put(objectKeys.assetUse(owner, asset.id, id), EMPTY, MARK)));
}

/**
 * Takes back the marks of a request that was not accepted, but for those of the one that stands under its id, and erases
 * the assets that nothing uses then. Assets that the client named itself stay: it has them from before.
 */
export async function unholdAssets(
  store: AssetStore,
  request: GenerationRequest,
  { standing, named }: { standing: GenerationRequest; named: ReadonlySet<string> },
): Promise<void> {
  const kept = [...acceptedAssets(standing), ...(await readPinned(store, standing)).values()];
  const left = acceptedAssets(request).filter(({ id }) => !kept.some((asset) => asset.id === id));
  for (const { id } of left) {
    if (named.has(id)) await store.delete([objectKeys.assetUse(request.owner, id, request.id)]);
    else await releaseAsset(store, request, id);
  }
}

/** The assets that a request has from its acceptance on. */
export function acceptedAssets({ conditions }: GenerationRequest): AssetReference[] {
  return conditions.flatMap((condition) => ('asset' in condition ? [condition.asset] : []));
}

/** Pins what was fetched for the condition `role`. The answer is what is pinned: what came first. */
export async function pinInput(
  store: AssetStore,
  request: GenerationRequest,
  role: number,
  asset: AssetReference,
): Promise<AssetReference> {
  await holdAssets(store, request, [asset]);
  const body = Buffer.from(JSON.stringify(asset));
  const put = await store.put(objectKeys.input(request.id, role), body, { ...JSON_TYPE, ifNoneMatch: '*' });
  return put.outcome === 'created' ? asset : ((await readInput(store, objectKeys.input(request.id, role))) ?? asset);
}

export async function readInput(
  store: AssetStore,
  key: string,
  signal?: AbortSignal,
): Promise<AssetReference | undefined> {
  const object = await store.get(key, signal === undefined ? {} : { signal });
  return object === undefined ? undefined : assetReference.parse(JSON.parse(Buffer.from(object.body).toString('utf8')));
}

/** Erases what the generation was made from: assets that no other generation uses, and the embeddings of all its conditions. */
export async function releaseInputs(store: AssetStore, request: GenerationRequest): Promise<void> {
  const fetched = await readPinned(store, request);
  const contents: [Modality, string][] = request.negative === undefined ? [] : [['text', request.negative]];
  const assets: AssetReference[] = [];
  request.conditions.forEach((condition, role) => {
    if ('text' in condition) contents.push(['text', condition.text]);
    const asset = 'asset' in condition ? condition.asset : fetched.get(role);
    if (asset === undefined) return;
    assets.push(asset);
    contents.push([condition.type, asset.sha256]);
  });
  await store.delete(
    contents.map(([modality, content]) =>
      objectKeys.embedding(request.owner, request.bundle.digest, contentDigest(modality, content)),
    ),
  );
  for (const { id } of assets) await releaseAsset(store, request, id);
}

/** What was pinned for conditions, by their place. */
async function readPinned(store: AssetStore, { id }: GenerationRequest): Promise<Map<number, AssetReference>> {
  const { keys } = await store.list(objectKeys.inputPrefix(id), { limit: 100 });
  const pinned = new Map<number, AssetReference>();
  await Promise.all(
    keys.map(async (key) => {
      const asset = await readInput(store, key);
      if (asset !== undefined) pinned.set(Number(/(\d+)\.json$/.exec(key)?.[1]), asset);
    }),
  );
  return pinned;
}

async function releaseAsset(store: AssetStore, { id, owner }: GenerationRequest, asset: string): Promise<void> {
  await store.delete([objectKeys.assetUse(owner, asset, id)]);
  const { keys } = await store.list(objectKeys.assetUsePrefix(owner, asset), { limit: 1 });
  if (keys.length === 0) await store.delete([objectKeys.asset(owner, asset)]);
}
