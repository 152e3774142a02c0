import {
  GenerationError,
  inSpan,
  type LiveState,
  type Modality,
  type RequestedOutput,
  type Tracing,
} from '@medley/domain';
import type { Media } from '@medley/media';
import type { Tensor } from '@medley/tensor';
import type { DecoderMetrics } from './decoder-metrics.ts';
import type { MediumFacts, OutputFile } from './output-file.ts';
import { provenance } from './provenance.ts';
import type { ServedBundle } from './served-bundle.ts';

type Encoded = { bytes: Uint8Array; facts: MediumFacts };
type MediumType = Exclude<Modality, 'text'>;

interface RendererParts {
  served: ServedBundle;
  media: Media;
  metrics: DecoderMetrics;
  tracing: Tracing;
}

/** Latents → files that carry their origin. One latent at a time goes through a graph, so that bytes never depend on company. */
export class OutputRenderer {
  readonly #served: ServedBundle;
  readonly #media: Media;
  readonly #metrics: DecoderMetrics;
  readonly #tracing: Tracing;

  constructor({ served, media, metrics, tracing }: RendererParts) {
    this.#served = served;
    this.#media = media;
    this.#metrics = metrics;
    this.#tracing = tracing;
  }

  /** Throws GenerationError `numeric_failure` where the decoder makes values that are not finite, or no numbers for text. */
  async render(
    state: LiveState,
    output: RequestedOutput,
    sample: number,
    latent: Tensor<'float32'>,
    signal: AbortSignal,
  ): Promise<OutputFile> {
    const { type, format } = output;
    const { bytes, facts } =
      type === 'text'
        ? await this.#write(state, output, sample, latent, signal)
        : await this.#encode(type, format, await this.#decode(type, latent, signal), provenance(state, sample), signal);
    this.#metrics.fileBytes.observe({ format }, bytes.byteLength);
    return { type, role: 'primary', sample, format, bytes, facts };
  }

  async #write(
    { request: { seed } }: LiveState,
    { max_tokens: maxTokens }: RequestedOutput,
    sample: number,
    latent: Tensor<'float32'>,
    signal: AbortSignal,
  ): Promise<Encoded> {
    const end = this.#metrics.decodeSeconds.startTimer({ modality: 'text' });
    const options = { seed, sample, ...(maxTokens === undefined ? {} : { maxTokens }) };
    const { text, truncated } = await this.#inGraph('text.text_decoder', () =>
      this.#served.decoder.decodeText(latent, options, signal),
    );
    end();
    return { bytes: Buffer.from(text, 'utf8'), facts: { text, truncated } };
  }

  async #decode(type: MediumType, latent: Tensor<'float32'>, signal: AbortSignal): Promise<Tensor<'float32'>> {
    const end = this.#metrics.decodeSeconds.startTimer({ modality: type });
    const medium = await this.#inGraph(`${type}.decoder`, () => this.#served.decoder.decodeMedia(type, latent, signal));
    end();
    if (!medium.data.every(Number.isFinite))
      throw new GenerationError('numeric_failure', `the ${type} decoder made values that are not finite`);
    return medium;
  }

  #inGraph<Answer>(graph: string, work: () => Promise<Answer>): Promise<Answer> {
    return inSpan(this.#tracing, `graph ${graph}`, { attributes: { 'medley.graph': graph } }, work);
  }

  async #encode(
    type: MediumType,
    format: string,
    medium: Tensor<'float32'>,
    origin: string,
    signal: AbortSignal,
  ): Promise<Encoded> {
    const { modalities } = this.#served.bundle.manifest;
    const end = this.#metrics.mediaSeconds.startTimer({ format });
    try {
      switch (type) {
        case 'image': {
          const [, height = 0, width = 0] = medium.shape;
          const options = { format: format as 'png' | 'webp', provenance: origin };
          return { bytes: await this.#media.encodeImage(medium, options, signal), facts: { width, height } };
        }
        case 'audio': {
          const [, samples = 0] = medium.shape;
          const sampleRate = modalities.audio!.media.sample_rate;
          const options = { format: format as 'wav' | 'flac' | 'opus', sampleRate, provenance: origin };
          const bytes = await this.#media.encodeAudio(medium, options, signal);
          return { bytes, facts: { seconds: samples / sampleRate, sample_rate: sampleRate } };
        }
        case 'video': {
          const [, frames = 0, height = 0, width = 0] = medium.shape;
          const { fps } = modalities.video!.media;
          const options = { format: format as 'mp4' | 'webm', fps, provenance: origin };
          const bytes = await this.#media.encodeVideo(medium, options, signal);
          return { bytes, facts: { width, height, fps, seconds: frames / fps } };
        }
      }
    } finally {
      end();
    }
  }
}
