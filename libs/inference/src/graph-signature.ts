import type { GRAPH_ROLES, BundleManifest, GraphRole, Modality } from '@medley/domain';
import type { GraphSignature } from './session-protocol.ts';

type Shapes = Record<string, (number | undefined)[]>;

/** Names and shapes that docs/bundle-format.md asks of a graph; `undefined` for an axis that may have any size. */
export interface ExpectedSignature {
  inputs: Shapes;
  outputs: Shapes;
}

export function expectedSignature(manifest: BundleManifest, modality: Modality, role: GraphRole): ExpectedSignature {
  const { condition_tokens: t, condition_width: d, environment_tokens: m, environment_width: e } = manifest.space;
  const entry = manifest.modalities[modality]!;
  const latent = [undefined, ...entry.latent.shape];
  const media = mediaInput(manifest, modality);
  const table: Record<GraphRole, () => ExpectedSignature> = {
    prompt_encoder: () => ({ inputs: media, outputs: { condition: [undefined, t, d] } }),
    environment_encoder: () => ({
      inputs: { latent, timestep: [undefined] },
      outputs: { environment: [undefined, m, e] },
    }),
    denoiser: () => ({
      inputs: {
        latent,
        timestep: [undefined],
        condition: [undefined, t, d],
        environment: [undefined, 4, m, e],
        mask: [undefined, 4],
      },
      outputs: { prediction: latent },
    }),
    decoder: () => ({ inputs: { latent }, outputs: media }),
    text_decoder: () => ({
      inputs: { latent, token: [undefined, 1], past: textCache(manifest) },
      outputs: { logits: [undefined, undefined], present: textCache(manifest) },
    }),
    latent_encoder: () => ({ inputs: media, outputs: { latent } }),
    preview: () => ({ inputs: { latent }, outputs: { pixels: [undefined, 3, undefined, undefined] } }),
  };
  return table[role]();
}

function mediaInput(manifest: BundleManifest, modality: Modality): Shapes {
  const { text, image, audio, video } = manifest.modalities;
  const table: Record<Modality, () => Shapes> = {
    text: () => ({ tokens: [undefined, text!.tokenizer.max_tokens] }),
    image: () => ({ pixels: [undefined, 3, image!.media.height, image!.media.width] }),
    audio: () => ({ waveform: [undefined, audio!.media.channels, audio!.media.samples] }),
    video: () => ({ pixels: [undefined, 3, video!.media.frames, video!.media.height, video!.media.width] }),
  };
  return table[modality]();
}

function textCache(manifest: BundleManifest): (number | undefined)[] {
  const { layers, heads, head_width: width } = manifest.modalities.text!.decoder;
  return [undefined, layers, 2, heads, undefined, width];
}

/** Inputs of token ids; all else is float32. */
const IDS = new Set(['tokens', 'token']);

/** Throws an Error that names the first input or output that is missing, unexpected, or of another type or shape. A dynamic axis of the graph fits anything. */
export function checkSignature(graph: string, real: GraphSignature, expected: ExpectedSignature): void {
  for (const side of ['inputs', 'outputs'] as const) {
    const kind = side.slice(0, -1);
    for (const [name, shape] of Object.entries(expected[side])) {
      const found = real[side][name];
      if (found === undefined)
        throw new Error(`${graph} has no ${kind} "${name}"; it has ${Object.keys(real[side]).join(', ')}`);
      const type = IDS.has(name) ? 'int64' : 'float32';
      if (found.type !== type) throw new Error(`${graph}: ${kind} "${name}" is of ${found.type}; ${type} is taken`);
      const fits =
        found.shape.length === shape.length &&
        shape.every(
          (size, axis) => size === undefined || typeof found.shape[axis] === 'string' || found.shape[axis] === size,
        );
      if (!fits)
        throw new Error(
          `${graph}: ${kind} "${name}" is [${found.shape.join(', ')}], the manifest says [${shape.map((size) => size ?? 'any').join(', ')}]`,
        );
    }
    const extra = Object.keys(real[side]).find((name) => !(name in expected[side]));
    if (extra !== undefined)
      throw new Error(`${graph} has an ${kind} "${extra}" that a graph of this role does not have`);
  }
}

/** Roles of the graphs that each stage needs. */
export const STAGE_GRAPHS = {
  encode: ['prompt_encoder'],
  diffuse: ['environment_encoder', 'denoiser', 'preview'],
  decode: ['decoder', 'text_decoder'],
} as const satisfies Record<string, readonly (typeof GRAPH_ROLES)[number][]>;
