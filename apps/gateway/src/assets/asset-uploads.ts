import type { Readable } from 'node:stream';
import { z } from 'zod';
import {
  GenerationError,
  assetId,
  generationId,
  objectKeys,
  type AssetReference,
  type AssetStore,
} from '@medley/domain';
import type { RedisRecords } from '@medley/queue';
import type { LinkContext } from '../generations/generation-view.ts';
import { signLink } from '../generations/signed-link.ts';
import { checkAnnounced, type AssetLibrary } from './asset-library.ts';
import type { AssetQuota } from './asset-quota.ts';
import { spool } from './spool.ts';
import type { UploadBody } from './upload-body.ts';

const UPLOAD_SECONDS = 3_600;
/** For so long after its begin an upload can be completed. */
const COMPLETE_SECONDS = 2 * UPLOAD_SECONDS;
/** What nobody completed is erased so long after its link has expired; until then it takes room. */
export const GRACE_SECONDS = 2 * UPLOAD_SECONDS;
const begunUpload = z.strictObject({
  owner: z.string(),
  key: z.string(),
  content_type: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  /** It is an asset: no more bytes are taken for it. */
  completed: z.boolean().default(false),
});
type BegunUpload = z.infer<typeof begunUpload>;

interface UploadTicket {
  id: string;
  upload: { method: 'PUT'; url: string; headers: Record<string, string>; expires_at: string };
}

/** Files that clients put to storage themselves, of a length and a digest that they told before. They take room from the begin on. */
export class AssetUploads {
  readonly #library: AssetLibrary;
  readonly #store: AssetStore;
  readonly #quota: AssetQuota;
  readonly #records: RedisRecords;
  readonly #isPublic: boolean;

  /** `isPublic`: the storage has a public name; else its clients put the file through the gateway. */
  constructor(library: AssetLibrary, store: AssetStore, quota: AssetQuota, records: RedisRecords, isPublic: boolean) {
    this.#library = library;
    this.#store = store;
    this.#quota = quota;
    this.#records = records;
    this.#isPublic = isPublic;
  }

  /** The asset where the key has one of these bytes; else where to put them. Throws GenerationError `quota_exceeded`. */
  async begin(owner: string, body: UploadBody, links: LinkContext): Promise<AssetReference | UploadTicket> {
    const standing = await this.#library.find(owner, assetId(links.secret, owner, body.sha256));
    if (standing !== undefined) return standing.reference;
    const id = generationId().replace('gen_', 'upl_');
    const expires = Math.floor(Date.now() / 1000) + UPLOAD_SECONDS;
    const upload: BegunUpload = { owner, key: objectKeys.upload(expires, id), ...body, completed: false };
    const room = { name: id, bytes: body.bytes, seconds: UPLOAD_SECONDS + GRACE_SECONDS };
    await this.#quota.reserve(owner, room, '/bytes');
    await this.#keep(id, upload);
    const target = this.#isPublic ? await this.#presign(upload) : gatewayTarget(id, expires, upload, links);
    return { id, upload: { method: 'PUT', ...target, expires_at: new Date(expires * 1000).toISOString() } };
  }

  /**
   * For a file that comes through the gateway. Throws GenerationError when it is not the one that was announced, and
   * `conflict` once the upload is complete.
   */
  async receive(id: string, source: Readable, signal: AbortSignal): Promise<void> {
    const upload = await this.#findOpen(id);
    await using file = await spool(source, upload.bytes, signal);
    checkAnnounced(file, upload, '');
    const { bytes, content_type: contentType } = upload;
    await this.#store.put(upload.key, file.read(), { contentType, bytes, signal });
    try {
      await this.#findOpen(id);
    } catch (error) {
      // It was completed or refused while this came in.
      if (error instanceof GenerationError && !error.retryable) await this.#store.delete([upload.key]);
      throw error;
    }
  }

  /**
   * Makes the file an asset, once its bytes are those that were announced and of a kind that we take. May be done twice.
   * Throws GenerationError; what can't become an asset is erased, and stays where storage failed.
   */
  async complete(owner: string, id: string, secret: string, signal: AbortSignal): Promise<AssetReference> {
    const upload = await this.#find(id, owner);
    const object = await this.#store.stream(upload.key, { signal });
    if (object === undefined) {
      const standing = await this.#library.find(owner, assetId(secret, owner, upload.sha256));
      if (standing !== undefined) return standing.reference;
      throw new GenerationError('conflict', `nothing was put to upload "${id}" yet`);
    }
    const { content_type: declared, bytes, sha256 } = upload;
    const announced = { bytes, sha256 };
    try {
      const asset = await this.#library.addStream(
        owner,
        { source: object.body, declared, pointer: '', announced, reserved: id },
        signal,
      );
      await this.#keep(id, { ...upload, completed: true });
      await this.#erase(id, upload);
      return asset;
    } catch (error) {
      // An aborted read looks like a file that broke off, and says nothing of the file.
      const final = error instanceof GenerationError && !error.retryable && !signal.aborted;
      if (final) {
        await this.#records.delete(id);
        await this.#erase(id, upload);
      }
      throw error;
    }
  }

  /** Its bytes, and the room for them unless that is an asset's now. */
  async #erase(id: string, { owner, key, bytes }: BegunUpload): Promise<void> {
    await this.#store.delete([key]);
    await this.#quota.release(owner, id, bytes);
  }

  async #keep(id: string, upload: BegunUpload): Promise<void> {
    await this.#records.put(id, JSON.stringify(upload), { seconds: COMPLETE_SECONDS });
  }

  async #findOpen(id: string): Promise<BegunUpload> {
    const upload = await this.#find(id);
    if (upload.completed) throw new GenerationError('conflict', `upload "${id}" is complete; begin another one`);
    return upload;
  }

  async #find(id: string, owner?: string): Promise<BegunUpload> {
    const record = /^upl_[0-9a-z]{26}$/.test(id) ? await this.#records.get(id) : undefined;
    const upload = record === undefined ? undefined : begunUpload.parse(JSON.parse(record));
    if (upload === undefined || (owner !== undefined && upload.owner !== owner))
      throw new GenerationError('not_found', `there is no upload "${id.slice(0, 80)}", or its time is over`);
    return upload;
  }

  async #presign({ key, bytes, sha256, content_type: contentType }: BegunUpload) {
    return this.#store.presignPut(key, { seconds: UPLOAD_SECONDS, bytes, sha256, contentType });
  }
}

function gatewayTarget(id: string, expires: number, { content_type: type }: BegunUpload, links: LinkContext) {
  const path = `/v1/assets/uploads/${id}/content`;
  const url = `${links.base}${path}?expires=${expires}&signature=${signLink(links.secret, path, expires)}`;
  return { url, headers: { 'content-type': type } };
}
