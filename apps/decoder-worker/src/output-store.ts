import { hash, randomBytes } from 'node:crypto';
import { GenerationError, objectKeys, type AssetStore, type JobContext, type OutputRecord } from '@medley/domain';
import { contentTypeOf, type OutputFile } from './output-file.ts';

/** Files of generations in S3. Every execution writes keys of its own, so none can harm what another wrote. */
export class OutputStore {
  readonly #objects: AssetStore;

  constructor(objects: AssetStore) {
    this.#objects = objects;
  }

  async put(file: OutputFile, { payload, attempt, signal }: JobContext): Promise<OutputRecord> {
    const { type, role, sample, bytes, format, facts } = file;
    const name = `${role === 'primary' ? type : role}-${sample}.${format}`;
    const token = randomBytes(8).toString('hex');
    const key = objectKeys.output(payload.generation, payload.epoch, attempt, token, name);
    const contentType = contentTypeOf(format);
    const sha256 = hash('sha256', bytes, 'hex');
    signal.throwIfAborted();
    await this.#objects.put(key, bytes, {
      contentType,
      contentDisposition: `attachment; filename="${name}"`,
      metadata: { sha256 },
      ifNoneMatch: '*',
      signal,
    });
    return { type, role, sample, key, sha256, bytes: bytes.byteLength, content_type: contentType, ...facts };
  }

  /** The bytes of a file, as its record says. Throws GenerationError `storage_unavailable` when they are others, or gone. */
  async read({ key, sha256 }: OutputRecord, signal: AbortSignal): Promise<Uint8Array> {
    const object = await this.#objects.get(key, { signal });
    if (object === undefined || hash('sha256', object.body, 'hex') !== sha256)
      throw new GenerationError('storage_unavailable', `storage does not answer the bytes of ${key}`);
    return object.body;
  }

  /** Takes back a file that nobody will name. */
  async remove({ key }: OutputRecord): Promise<void> {
    await this.#objects.delete([key]);
  }
}
