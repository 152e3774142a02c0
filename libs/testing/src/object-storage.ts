import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3AssetStore, type S3Options } from '@medley/assets';
import { S3Server } from '@medley/embedded';

const credentials = { accessKeyId: 'test', secretAccessKey: 'a secret of a test', region: 'us-east-1' };

/** An S3 bucket of a test's own, in a folder of its own. */
export class ObjectStorage {
  readonly options: S3Options;
  readonly store: S3AssetStore;
  readonly #server: S3Server;
  readonly #folder: string;

  private constructor(server: S3Server, folder: string, bucket: string) {
    this.#server = server;
    this.#folder = folder;
    this.options = { endpoint: server.endpoint, bucket, ...credentials };
    this.store = new S3AssetStore(this.options);
  }

  static async start(): Promise<ObjectStorage> {
    const folder = await mkdtemp(join(tmpdir(), 'medley-s3-'));
    return new ObjectStorage(await S3Server.start({ folder, bucket: 'medley', credentials }), folder, 'medley');
  }

  async close(): Promise<void> {
    this.store.close();
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
