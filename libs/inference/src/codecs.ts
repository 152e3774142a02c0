import { MODALITY_INDEX, type Modality } from '@medley/domain';
import { elementCount, float32, uniform, type Tensor } from '@medley/tensor';
import type { GraphRunner } from './graph-runner.ts';
import type { TextCodec } from './text-codec.ts';

/** Runs prompt encoders: one condition at a time, so that bytes never depend on company. */
export class PromptEncoder {
  readonly #runner: GraphRunner;
  readonly #text: TextCodec | undefined;

  constructor(runner: GraphRunner, text: TextCodec | undefined) {
    this.#runner = runner;
    this.#text = text;
  }

  /** → [T, D]. */
  async encodeText(text: string, signal: AbortSignal): Promise<Tensor<'float32'>> {
    if (this.#text === undefined) throw new Error(`bundle ${this.#runner.bundle.name} has no text`);
    return this.#encode('text', { tokens: this.#text.encode(text) }, signal);
  }

  /** Pixels [3,H,W] or [3,F,H,W], or a waveform [channels, samples] → [T, D]. */
  async encodeMedia(
    modality: Exclude<Modality, 'text'>,
    medium: Tensor<'float32'>,
    signal: AbortSignal,
  ): Promise<Tensor<'float32'>> {
    const batch = float32([1, ...medium.shape], medium.data);
    return this.#encode(modality, modality === 'audio' ? { waveform: batch } : { pixels: batch }, signal);
  }

  async #encode(modality: Modality, feeds: Record<string, Tensor>, signal: AbortSignal): Promise<Tensor<'float32'>> {
    const condition = await this.#runner.run(modality, 'prompt_encoder', feeds, signal);
    return float32(condition.shape.slice(1), condition.data);
  }
}

export interface WrittenText {
  text: string;
  /** No end of text came within the maximum. */
  truncated: boolean;
}

/** Runs decoders and the text decoder, one latent at a time. */
export class LatentDecoder {
  readonly #runner: GraphRunner;
  readonly #text: TextCodec | undefined;

  constructor(runner: GraphRunner, text: TextCodec | undefined) {
    this.#runner = runner;
    this.#text = text;
  }

  /** Diffusion latent [...] → pixels [3,H,W] or [3,F,H,W], or a waveform [channels, samples]. */
  async decodeMedia(
    modality: Exclude<Modality, 'text'>,
    latent: Tensor<'float32'>,
    signal: AbortSignal,
  ): Promise<Tensor<'float32'>> {
    const medium = await this.#runner.run(modality, 'decoder', { latent: this.#restore(modality, latent) }, signal);
    return float32(medium.shape.slice(1), medium.data);
  }

  /** Diffusion latent [...] → text. Tokens are drawn by `seed` and `sample` where the bundle samples. */
  async decodeText(
    latent: Tensor<'float32'>,
    options: { seed: number; sample: number; maxTokens?: number },
    signal: AbortSignal,
  ): Promise<WrittenText> {
    const { decoder } = this.#runner.bundle.manifest.modalities.text!;
    const maximum = Math.min(options.maxTokens ?? decoder.max_tokens, decoder.max_tokens);
    const key = { seed: options.seed, modality: MODALITY_INDEX.text, sample: options.sample, stream: 1 };
    const { selection } = decoder;
    const { tokens, truncated } = await this.#runner.write(
      this.#restore('text', latent),
      {
        bos: decoder.bos,
        eos: decoder.eos,
        maximum,
        layers: decoder.layers,
        heads: decoder.heads,
        headWidth: decoder.head_width,
        ...(selection.type === 'greedy'
          ? {}
          : {
              sampling: {
                temperature: selection.temperature,
                uniforms: Float64Array.from({ length: maximum }, (_, at) => uniform(at, key)),
              },
            }),
      },
      signal,
    );
    return { text: this.#text!.decode(tokens), truncated };
  }

  /** The autoencoder's latent [1, ...]: z / scale + shift, per channel where the manifest says so. */
  #restore(modality: Modality, latent: Tensor<'float32'>): Tensor<'float32'> {
    const { scale, shift, shape } = this.#runner.bundle.manifest.modalities[modality]!.latent;
    const size = elementCount(shape.slice(1));
    const at = (value: number | number[], index: number) =>
      typeof value === 'number' ? value : value[Math.floor(index / size)]!;
    return float32(
      [1, ...shape],
      latent.data.map((z, index) => z / at(scale, index) + at(shift, index)),
    );
  }
}

/** Small pictures of where a run is heading. */
export class LatentPreviewer {
  readonly #runner: GraphRunner;

  constructor(runner: GraphRunner) {
    this.#runner = runner;
  }

  /** Diffusion latent [1, ...] → pixels [3,h,w] in [0,1]; the first frame of a clip. Undefined where the bundle shows none. */
  async preview(
    modality: Modality,
    latent: Tensor<'float32'>,
    signal: AbortSignal,
  ): Promise<Tensor<'float32'> | undefined> {
    const entry = this.#runner.bundle.manifest.modalities[modality];
    if (entry?.graphs.preview !== undefined) {
      const pixels = await this.#runner.run(modality, 'preview', { latent }, signal);
      return float32(pixels.shape.slice(1), pixels.data);
    }
    if (entry?.preview === undefined || modality === 'text' || modality === 'audio') return undefined;
    return linearPreview(latent, entry.preview);
  }
}

/** pixel = bias + Σ latent channel × matrix row, on the first frame. */
function linearPreview(
  latent: Tensor<'float32'>,
  { matrix, bias }: { matrix: number[][]; bias: number[] },
): Tensor<'float32'> {
  const [, channels = 0] = latent.shape;
  const [height = 1, width = 1] = latent.shape.slice(-2);
  const plane = height * width;
  const stride = latent.data.length / channels; // one channel: [F × h × w]
  const pixels = float32([3, height, width]);
  for (let colour = 0; colour < 3; colour += 1) {
    for (let place = 0; place < plane; place += 1) {
      let value = bias[colour]!;
      for (let channel = 0; channel < channels; channel += 1)
        value += latent.data[channel * stride + place]! * matrix[channel]![colour]!;
      pixels.data[colour * plane + place] = Math.min(1, Math.max(0, value));
    }
  }
  return pixels;
}
