import { hash } from 'node:crypto';
import { objectKeys, type AssetStore, type GenerationRequest } from '@medley/domain';
import { elementCount, float32, tensorBytes, tensorFromBytes, type Tensor } from '@medley/tensor';

/** Embeddings by owner, bundle and content: the last ones in memory, those of media in S3 too. */
export class EmbeddingCache {
  readonly #objects: AssetStore;
  readonly #budgetBytes: number;
  /** By object key; the one used last comes last. */
  readonly #recent = new Map<string, Tensor<'float32'>>();
  #bytes = 0;

  /** `budgetBytes` bounds the memory. */
  constructor(objects: AssetStore, budgetBytes: number) {
    this.#objects = objects;
    this.#budgetBytes = budgetBytes;
  }

  /** An embedding [T, D] that was remembered, not to be written to. */
  recall(request: GenerationRequest, content: string): Tensor<'float32'> | undefined {
    const key = keyOf(request, content);
    const recent = this.#recent.get(key);
    if (recent !== undefined) this.#remember(key, recent);
    return recent;
  }

  remember(request: GenerationRequest, content: string, embedding: Tensor<'float32'>): void {
    this.#remember(keyOf(request, content), embedding);
  }

  /** An embedding [T, D] that S3 keeps; it is remembered. One that was damaged counts as missing. */
  async find(
    request: GenerationRequest,
    content: string,
    shape: readonly number[],
    signal: AbortSignal,
  ): Promise<Tensor<'float32'> | undefined> {
    const key = keyOf(request, content);
    const object = await this.#objects.get(key, { signal });
    if (object === undefined || object.body.byteLength !== elementCount(shape) * 4) return undefined;
    if (sha256(object.body) !== object.head.metadata['sha256']) return undefined;
    const { data } = tensorFromBytes('float32', shape, object.body);
    const embedding = float32(shape, data as Float32Array);
    this.#remember(key, embedding);
    return embedding;
  }

  /** Puts an embedding to S3. */
  async keep(
    request: GenerationRequest,
    content: string,
    embedding: Tensor<'float32'>,
    signal: AbortSignal,
  ): Promise<void> {
    const bytes = tensorBytes(embedding);
    await this.#objects.put(keyOf(request, content), bytes, {
      contentType: 'application/octet-stream',
      metadata: { sha256: sha256(bytes) },
      signal,
    });
  }

  #remember(key: string, embedding: Tensor<'float32'>): void {
    if (this.#recent.delete(key)) this.#bytes -= embedding.data.byteLength;
    this.#recent.set(key, embedding);
    this.#bytes += embedding.data.byteLength;
    for (const [oldest, { data }] of this.#recent) {
      if (this.#bytes <= this.#budgetBytes) break;
      this.#recent.delete(oldest);
      this.#bytes -= data.byteLength;
    }
  }
}

function keyOf({ owner, bundle }: GenerationRequest, content: string): string {
  return objectKeys.embedding(owner, bundle.digest, content);
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
