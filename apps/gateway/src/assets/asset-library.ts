import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  GenerationError,
  assetId,
  objectKeys,
  type AssetReference,
  type AssetStore,
  type ObjectHead,
} from '@medley/domain';
import { imageSize, sniff } from '@medley/media';
import { storageTime } from '../reconciler/storage-time.ts';
import type { AssetQuota } from './asset-quota.ts';
import { generationOf, isUse } from './generation-inputs.ts';
import { spool } from './spool.ts';

export interface AssetLimits {
  bytes: number;
  pixels: number;
}

const HEAD_BYTES = 64 * 1024;
const TAKEN = 'JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg, MP4, WebM';

interface FileFacts {
  bytes: number;
  /** hex */
  sha256: string;
}

/** A file on its way from a client. */
export interface SentFile {
  source: Readable;
  /** The content type that the client named. */
  declared: string;
  /** Where in the request it stands. */
  pointer: string;
  /** What its bytes have to be. */
  announced?: FileFacts;
  /** Name under which room for it was reserved. */
  reserved?: string;
}

/** Told of an asset that is stored now and was not there before. */
export type OnStored = (id: string) => void;

interface StoredFacts extends FileFacts {
  contentType: string;
  pointer: string;
  reserved?: string;
}

/** Media that clients send, stored once for each API key and digest. */
export class AssetLibrary {
  readonly #store: AssetStore;
  readonly #secret: string;
  readonly #limits: AssetLimits;
  readonly #quota: AssetQuota;

  constructor(store: AssetStore, secret: string, limits: AssetLimits, quota: AssetQuota) {
    this.#store = store;
    this.#secret = secret;
    this.#limits = limits;
    this.#quota = quota;
  }

  /** Stores bytes that are in memory. `declared` is the content type that the client named. Throws GenerationError when the file is not one that we take. */
  async add(
    owner: string,
    bytes: Uint8Array,
    { declared, pointer }: Pick<SentFile, 'declared' | 'pointer'>,
    onStored?: OnStored,
  ): Promise<AssetReference> {
    const contentType = this.#inspect(bytes.subarray(0, HEAD_BYTES), bytes.byteLength, declared, pointer);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return this.#put(owner, { sha256, bytes: bytes.byteLength, contentType, pointer }, bytes, onStored);
  }

  /** Stores a stream of unknown length, through a file that is gone afterwards. */
  async addStream(
    owner: string,
    { source, declared, pointer, announced, reserved }: SentFile,
    signal: AbortSignal,
    onStored?: OnStored,
  ): Promise<AssetReference> {
    await using file = await spool(source, this.#limits.bytes, signal);
    if (announced !== undefined) checkAnnounced(file, announced, pointer);
    const contentType = this.#inspect(await file.head(HEAD_BYTES), file.bytes, declared, pointer);
    const { sha256, bytes } = file;
    const facts = { sha256, bytes, contentType, pointer, ...(reserved === undefined ? {} : { reserved }) };
    return await this.#put(owner, facts, () => file.read(), onStored);
  }

  /** Metadata of an asset of this owner. */
  async find(owner: string, id: string): Promise<{ reference: AssetReference; head: ObjectHead } | undefined> {
    if (!/^ast_[0-9a-z]{26}$/.test(id)) return undefined;
    const key = objectKeys.asset(owner, id);
    const stored = await this.#store.head(key);
    const head = stored !== undefined && stored.metadata['sha256'] === undefined ? await this.#describe(key) : stored;
    if (head === undefined) return undefined;
    return {
      head,
      reference: { id, content_type: head.contentType, sha256: head.metadata['sha256']!, bytes: head.bytes },
    };
  }

  /** Gives an object its type and digest again that was copied without them, such as from a backup in a folder. */
  async #describe(key: string): Promise<ObjectHead | undefined> {
    const object = await this.#store.stream(key);
    if (object === undefined) return undefined;
    const { head } = object;
    await using file = await spool(object.body, head.bytes, new AbortController().signal);
    const contentType = sniff(await file.head(HEAD_BYTES))?.contentType ?? head.contentType;
    const metadata = { sha256: file.sha256 };
    const options = { contentType, metadata, bytes: file.bytes, ifMatch: head.etag };
    const put = await this.#store.put(key, file.read(), options);
    return put.outcome === 'created' ? { ...head, contentType, metadata, etag: put.etag } : this.#store.head(key);
  }

  /** Throws GenerationError `not_found`; `conflict` as long as a generation uses it. */
  async delete(owner: string, id: string): Promise<void> {
    if ((await this.find(owner, id)) === undefined)
      throw new GenerationError('not_found', `there is no asset "${id.slice(0, 80)}"`);
    const { keys: uses } = await this.#store.list(objectKeys.assetUsePrefix(owner, id));
    const now = uses.length === 0 ? new Date() : await storageTime(this.#store);
    for (const use of uses) {
      if (await isUse(this.#store, use, now))
        throw new GenerationError('conflict', `asset "${id}" is used by ${generationOf(use)}; delete that first`);
    }
    await this.#store.delete([objectKeys.asset(owner, id), ...uses]);
  }

  /** Sniffs the type and reads the header of a picture. Throws GenerationError. */
  #inspect(head: Uint8Array, bytes: number, declared: string, pointer: string): string {
    const at = { pointer };
    if (bytes === 0) throw new GenerationError('media_undecodable', 'the file has 0 bytes', at);
    const found = sniff(head);
    if (found === undefined)
      throw new GenerationError('media_undecodable', `the file (declared ${declared}) is none of ${TAKEN}`, at);
    const { contentType, aliases } = found;
    const vague = declared === 'application/octet-stream';
    if (!vague && declared.split('/')[0] !== contentType.split('/')[0] && !aliases.includes(declared)) {
      throw new GenerationError(
        'media_type_mismatch',
        `the file is declared ${declared}, its bytes are ${contentType}`,
        at,
      );
    }
    const size = imageSize(head, found);
    if (size !== undefined && size.width * size.height > this.#limits.pixels) {
      throw new GenerationError(
        'media_too_large',
        `the picture has ${size.width} × ${size.height} pixels; ${this.#limits.pixels} at most are taken`,
        at,
      );
    }
    return contentType;
  }

  async #put(
    owner: string,
    { sha256, bytes, contentType, pointer, reserved }: StoredFacts,
    body: Uint8Array | (() => Readable),
    onStored?: OnStored,
  ): Promise<AssetReference> {
    const id = assetId(this.#secret, owner, sha256);
    const key = objectKeys.asset(owner, id);
    const reference = { id, content_type: contentType, sha256, bytes };
    if ((await this.#store.head(key)) !== undefined) return reference;
    const room = await this.#quota.reserve(owner, { name: reserved ?? randomUUID(), bytes }, pointer);
    const content = typeof body === 'function' ? body() : body;
    const options = { contentType, metadata: { sha256 }, ifNoneMatch: '*', bytes } as const;
    const { outcome } = await this.#store.put(key, content, options).catch(async (error: unknown) => {
      if (reserved === undefined) await room.release();
      throw error;
    });
    await (outcome === 'created' ? room.settle() : room.release());
    if (outcome === 'created') onStored?.(id);
    return reference;
  }
}

/** Throws GenerationError `invalid_request` unless a file is the one that was announced. */
export function checkAnnounced(file: FileFacts, announced: FileFacts, pointer: string): void {
  if (file.bytes === announced.bytes && file.sha256 === announced.sha256) return;
  const [has, said] = [file, announced].map(({ bytes, sha256 }) => `${bytes} bytes with the sha256 ${sha256}`);
  throw new GenerationError('invalid_request', `the file has ${has}; announced were ${said}`, { pointer });
}
