import {
  GenerationError,
  assetReference,
  contentDigest,
  deletePrefix,
  objectKeys,
  readResult,
  type AssetReference,
  type AssetStore,
  type GenerationRequest,
  type Modality,
} from '@medley/domain';

/** Longer than the tries of one put take. */
const BELIEVED_MILLISECONDS = 600_000;
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

/** Throws GenerationError `conflict` for an asset of the request that was erased before it was marked, such as with the last generation that used it. */
export async function checkHeld(store: AssetStore, { owner, conditions }: GenerationRequest): Promise<void> {
  await Promise.all(
    conditions.map(async (condition, index) => {
      if (!('asset' in condition)) return;
      const { id } = condition.asset;
      if ((await store.head(objectKeys.asset(owner, id))) !== undefined) return;
      const words = `the file of conditions[${index}], ${id}, was deleted while this was accepted; send it again`;
      throw new GenerationError('conflict', words, { pointer: `/conditions/${index}`, retryable: true });
    }),
  );
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

/** Takes back the marks of a request under whose id nothing stands. */
export async function removeMarks(store: AssetStore, request: GenerationRequest): Promise<void> {
  const { id, owner } = request;
  await store.delete(acceptedAssets(request).map((asset) => objectKeys.assetUse(owner, asset.id, id)));
}

/**
 * Whether a mark says that the generation uses the asset. A gateway that dies between mark and generation leaves a mark of
 * nothing; young ones are believed, for their generation may be about to stand. `now`: by the clock of the storage.
 */
export async function isUse(store: AssetStore, mark: string, now: Date): Promise<boolean> {
  const head = await store.head(mark);
  if (head === undefined) return false;
  if (now.getTime() - head.lastModified.getTime() < BELIEVED_MILLISECONDS) return true;
  const generation = generationOf(mark);
  const [open, result] = await Promise.all([
    store.head(objectKeys.open(generation)),
    store.head(objectKeys.result(generation)),
  ]);
  return open !== undefined || result !== undefined;
}

/** The generation that a mark names. */
export function generationOf(mark: string): string {
  return mark.slice(mark.lastIndexOf('/') + 1);
}

/** Erases those of a key's assets that no generation uses. */
export async function eraseUnused(store: AssetStore, owner: string, assets: readonly string[]): Promise<void> {
  for (const asset of assets) {
    const { keys } = await store.list(objectKeys.assetUsePrefix(owner, asset), { limit: 1 });
    if (keys.length === 0) await store.delete([objectKeys.asset(owner, asset)]);
  }
}

/** The assets that a request has from its acceptance on. */
export function acceptedAssets({ conditions }: GenerationRequest): AssetReference[] {
  return conditions.flatMap((condition) => ('asset' in condition ? [condition.asset] : []));
}

/**
 * Pins what was fetched for the condition `role`. The answer is what is pinned: what came first. Throws GenerationError
 * `canceled`, and leaves nothing behind, when the generation was deleted meanwhile.
 */
export async function pinInput(
  store: AssetStore,
  request: GenerationRequest,
  role: number,
  asset: AssetReference,
): Promise<AssetReference> {
  await holdAssets(store, request, [asset]);
  const key = objectKeys.input(request.id, role);
  const put = await store.put(key, Buffer.from(JSON.stringify(asset)), { ...JSON_TYPE, ifNoneMatch: '*' });
  // The tombstone goes before what reads the pins: either that finds this one, or the tombstone is found here.
  if ((await readResult(store, request.id))?.status === 'deleted') {
    await releaseAsset(store, request, asset.id);
    await store.delete([key]);
    throw new GenerationError('canceled', `${request.id} was deleted`);
  }
  const pinned = put.outcome === 'created' ? asset : ((await readInput(store, key)) ?? asset);
  if (pinned.id !== asset.id && !acceptedAssets(request).some(({ id }) => id === asset.id))
    await releaseAsset(store, request, asset.id);
  return pinned;
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

/** Erases what was pinned to a generation whose tombstone stands, and the assets that no other one uses. */
export async function releasePinned(store: AssetStore, request: GenerationRequest): Promise<void> {
  for (const { id } of (await readPinned(store, request)).values()) await releaseAsset(store, request, id);
  await deletePrefix(store, objectKeys.inputPrefix(request.id));
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

/**
 * Takes the mark of a generation from an asset, which goes with its last one. Without a mark there is nothing to do: the
 * asset that stands may be a new one.
 */
async function releaseAsset(store: AssetStore, { id, owner }: GenerationRequest, asset: string): Promise<void> {
  const mark = objectKeys.assetUse(owner, asset, id);
  if ((await store.head(mark)) === undefined) return;
  const { keys } = await store.list(objectKeys.assetUsePrefix(owner, asset), { limit: 2 });
  const alone = keys.every((key) => key === mark);
  // The mark goes last: what is cut short is taken up again.
  if (alone) await store.delete([objectKeys.asset(owner, asset)]);
  await store.delete([mark]);
  if (!alone) await eraseUnused(store, owner, [asset]);
}
