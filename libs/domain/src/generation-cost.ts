import type { BundleManifest, GraphRole } from './bundle-manifest.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { Modality } from './modality.ts';

/** What of a request its cost depends on. */
type CostedRequest = Pick<GenerationRequest, 'steps' | 'samples'> & { negative?: string | undefined } & Record<
    'conditions' | 'outputs',
    readonly { type: Modality }[]
  >;

/** Where the manifest does not say how long a graph takes. */
const UNKNOWN_MILLISECONDS = 10;

type GraphName = `${Modality} ${GraphRole}`;

/** Milliseconds of one row by graph; of `text text_decoder` those of a whole text. */
export type GraphCosts = Partial<Record<GraphName, number>>;

/** Rows by graph; a text that is written is one row of `text text_decoder`. */
export type GraphRows = Partial<Record<GraphName, number>>;

/** The rows that a generation means for the graphs of its bundle. */
export interface GenerationWork {
  /** Of each encode job, by role. */
  encode: GraphRows[];
  /** Of one joint step. */
  step: GraphRows;
  /** Joint steps. */
  steps: number;
  /** Of each decode job, by role. */
  decode: GraphRows[];
}

/** Guidance doubles a denoiser's rows; environments are exchanged where outputs are several. */
export function generationWork({ conditions, negative, outputs, samples, steps }: CostedRequest): GenerationWork {
  const encode = conditions.map(({ type }): GraphRows => ({ [`${type} prompt_encoder`]: 1 }));
  if (negative !== undefined) encode.push({ 'text prompt_encoder': 1 });
  const step: GraphRows = {};
  for (const { type } of outputs) {
    step[`${type} denoiser`] = 2 * samples;
    if (outputs.length > 1) step[`${type} environment_encoder`] = samples;
  }
  const decode = outputs.flatMap(({ type }) =>
    Array.from({ length: samples }, (): GraphRows => ({
      [type === 'text' ? 'text text_decoder' : `${type} decoder`]: 1,
    })),
  );
  return { encode, step, steps, decode };
}

/** Milliseconds of rows, by what their graphs were measured to cost, else by the manifest's figures, else by ten for each. */
export function rowsMilliseconds(
  rows: GraphRows,
  manifest: Pick<BundleManifest, 'modalities'> | undefined,
  measured: GraphCosts = {},
): number {
  const modalities = manifest?.modalities ?? {};
  return Object.entries(rows).reduce((sum, [name, count]) => {
    const [modality, role] = name.split(' ') as [Modality, GraphRole];
    const row = modalities[modality]?.milliseconds[role] ?? UNKNOWN_MILLISECONDS;
    const tokens = role === 'text_decoder' ? (modalities.text?.media.max_tokens ?? 0) : 1;
    return sum + count * (measured[name as GraphName] ?? row * tokens);
  }, 0);
}

/** Seconds of work for one thread of each pool. */
export type PoolSeconds = Record<'encode' | 'diffuse' | 'decode', number>;

/** Seconds of work that a generation means for each pool. */
export function estimatePools(
  request: CostedRequest,
  manifest: BundleManifest,
  measured: GraphCosts = {},
): PoolSeconds {
  const { encode, step, steps, decode } = generationWork(request);
  const of = (rows: GraphRows) => rowsMilliseconds(rows, manifest, measured) / 1000;
  const sum = (jobs: readonly GraphRows[]) => jobs.reduce((total, rows) => total + of(rows), 0);
  return { encode: sum(encode), diffuse: steps * of(step), decode: sum(decode) };
}

/** The same of all pools together. */
export function estimateSeconds(request: CostedRequest, manifest: BundleManifest, measured: GraphCosts = {}): number {
  const { encode, diffuse, decode } = estimatePools(request, manifest, measured);
  return encode + diffuse + decode;
}
