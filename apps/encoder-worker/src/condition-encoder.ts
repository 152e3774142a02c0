import { createHash } from 'node:crypto';
import {
  GenerationError,
  inSpan,
  objectKeys,
  type AssetStore,
  type GenerationRequest,
  type Tracing,
} from '@medley/domain';
import type { Media } from '@medley/media';
import type { TellFacts } from '@medley/runtime';
import type { Tensor } from '@medley/tensor';
import type { ConditionContent } from './condition-content.ts';
import type { EmbeddingCache } from './embedding-cache.ts';
import type { EncoderMetrics } from './encoder-metrics.ts';
import { decodeCondition } from './media-condition.ts';
import type { ServedBundle } from './served-bundle.ts';

export interface ConditionEncoderParts {
  served: ServedBundle;
  media: Media;
  objects: AssetStore;
  cache: EmbeddingCache;
  metrics: EncoderMetrics;
  tracing: Tracing;
  /** A cache that fails costs time only. */
  troubled: (error: unknown) => void;
}

/** [T, D], not to be written to. `kept` resolves when S3 keeps it where it is to, or failed to; it never rejects. */
export interface EncodedCondition {
  embedding: Tensor<'float32'>;
  kept: Promise<void>;
}

/** Content → its embedding in the shared space. */
export class ConditionEncoder {
  readonly #parts: ConditionEncoderParts;

  constructor(parts: ConditionEncoderParts) {
    this.#parts = parts;
  }

  /**
   * From the cache where it is there. Throws GenerationError in words for the client where its file can't be used, or the
   * signal's reason.
   */
  async encode(
    request: GenerationRequest,
    content: ConditionContent,
    signal: AbortSignal,
    tell: TellFacts,
  ): Promise<EncodedCondition> {
    const { cache, metrics, troubled } = this.#parts;
    const { type, digest } = content;
    const found = await this.#find(request, content, signal);
    signal.throwIfAborted();
    const source = found?.source ?? 'computed';
    metrics.found(type, source);
    tell({ source });
    if (found !== undefined) return { embedding: found.embedding, kept: Promise.resolve() };
    const embedding = await this.#compute(request, content, signal);
    signal.throwIfAborted();
    cache.remember(request, digest, embedding);
    const kept = isStored(content) ? cache.keep(request, digest, embedding, signal).catch(troubled) : Promise.resolve();
    return { embedding, kept };
  }

  async #find(
    request: GenerationRequest,
    content: ConditionContent,
    signal: AbortSignal,
  ): Promise<{ embedding: Tensor<'float32'>; source: 'memory' | 'object' } | undefined> {
    const { served, cache, troubled } = this.#parts;
    const recent = cache.recall(request, content.digest);
    if (recent !== undefined) return { embedding: recent, source: 'memory' };
    if (!isStored(content)) return undefined;
    const { condition_tokens: tokens, condition_width: width } = served.bundle.manifest.space;
    const stored = await cache
      .find(request, content.digest, [tokens, width], signal)
      .catch((error: unknown) => void troubled(error));
    return stored && { embedding: stored, source: 'object' };
  }

  async #compute(
    request: GenerationRequest,
    content: ConditionContent,
    signal: AbortSignal,
  ): Promise<Tensor<'float32'>> {
    const { served, metrics } = this.#parts;
    const { type } = content;
    if (type === 'text') {
      const end = metrics.encodeSeconds.startTimer({ modality: type });
      const embedding = await this.#inGraph(type, () => served.encoder.encodeText(content.text, signal));
      end();
      return embedding;
    }
    const medium = await this.#decode(request, content, signal);
    const end = metrics.encodeSeconds.startTimer({ modality: type });
    const embedding = await this.#inGraph(type, () => served.encoder.encodeMedia(type, medium, signal));
    end();
    return embedding;
  }

  #inGraph(modality: ConditionContent['type'], work: () => Promise<Tensor<'float32'>>): Promise<Tensor<'float32'>> {
    const graph = `${modality}.prompt_encoder`;
    return inSpan(this.#parts.tracing, `graph ${graph}`, { attributes: { 'medley.graph': graph } }, work);
  }

  async #decode(
    { owner }: GenerationRequest,
    { type, asset }: Exclude<ConditionContent, { type: 'text' }>,
    signal: AbortSignal,
  ): Promise<Tensor<'float32'>> {
    const { served, media, objects, metrics } = this.#parts;
    const object = await objects.get(objectKeys.asset(owner, asset.id), { signal });
    if (object === undefined) throw new GenerationError('asset_not_found', `the asset ${asset.id} was deleted`);
    if (createHash('sha256').update(object.body).digest('hex') !== asset.sha256)
      throw new GenerationError('storage_unavailable', `storage answered other bytes than those of ${asset.id}`);
    const end = metrics.mediaSeconds.startTimer({ modality: type });
    try {
      return await decodeCondition(media, type, object.body, served.bundle.manifest, signal);
    } catch (error) {
      if (error instanceof GenerationError && !error.retryable)
        metrics.refused.inc({ modality: type, code: error.code });
      throw error;
    } finally {
      end();
    }
  }
}

/** Whether S3 keeps embeddings of such content. To encode a text takes less time than to ask for it, and to put it. */
function isStored({ type }: ConditionContent): boolean {
  return type !== 'text';
}
