import { GenerationError, type Bundle, type GraphRole, type Modality } from '@medley/domain';
import { float32, type Tensor } from '@medley/tensor';
import { graphPath } from './bundle.ts';
import { checkExternalData } from './external-data.ts';
import { expectedSignature, checkSignature } from './graph-signature.ts';
import type { SessionPool } from './session-pool.ts';
import type { TextDecoding } from './session-protocol.ts';

/** A graph, and the seconds that a thread took for it; waiting for the thread is not among them. */
export interface GraphTime {
  modality: Modality;
  role: GraphRole;
  seconds: number;
}

export interface GraphObserver {
  loaded?(graph: GraphTime): void;
  ran?(graph: GraphTime): void;
}

/** Runs the graphs of one bundle on a pool. */
export class GraphRunner {
  readonly bundle: Bundle;
  readonly #pool: SessionPool;
  readonly #observer: GraphObserver;

  private constructor(bundle: Bundle, pool: SessionPool, observer: GraphObserver) {
    this.bundle = bundle;
    this.#pool = pool;
    this.#observer = observer;
  }

  /** Loads the given graphs on every thread and checks them, and the files that they keep data in, against the manifest. Throws an Error that names what differs. */
  static async load(
    bundle: Bundle,
    pool: SessionPool,
    roles: readonly GraphRole[],
    observer: GraphObserver = {},
  ): Promise<GraphRunner> {
    for (const [modality, role] of presentGraphs(bundle, roles)) {
      await checkExternalData(bundle, bundle.manifest.modalities[modality]!.graphs[role]!.file);
      const { signature, milliseconds } = await pool.preload(graphPath(bundle, modality, role));
      checkSignature(
        `bundle ${bundle.name}: ${modality}.${role}`,
        signature,
        expectedSignature(bundle.manifest, modality, role),
      );
      observer.loaded?.({ modality, role, seconds: milliseconds / 1000 });
    }
    return new GraphRunner(bundle, pool, observer);
  }

  /** Runs a graph with one output. The feeds' buffers are given up where they hold nothing else. */
  async run(
    modality: Modality,
    role: GraphRole,
    feeds: Record<string, Tensor>,
    signal: AbortSignal,
  ): Promise<Tensor<'float32'>> {
    const path = graphPath(this.bundle, modality, role);
    const buffers = new Set(
      Object.values(feeds).flatMap(({ data }) => (ownsBuffer(data) ? [data.buffer as ArrayBuffer] : [])),
    );
    const answer = await this.#pool.submit({ type: 'run', path, feeds }, [...buffers], signal);
    if (answer.type !== 'run') throw new Error(`${path} gave an answer of type ${answer.type}`);
    this.#observer.ran?.({ modality, role, seconds: answer.milliseconds / 1000 });
    const [output] = Object.values(answer.outputs);
    return float32(output!.shape, output!.data as Float32Array);
  }

  /** Writes token ids from a text latent [1, ...]. Throws GenerationError `numeric_failure` where the decoder makes no numbers. */
  async write(
    latent: Tensor<'float32'>,
    decoding: TextDecoding,
    signal: AbortSignal,
  ): Promise<{ tokens: number[]; truncated: boolean }> {
    const path = graphPath(this.bundle, 'text', 'text_decoder');
    const answer = await this.#pool.submit(
      { type: 'write', path, latent: latent.data, shape: latent.shape, decoding },
      [],
      signal,
    );
    if (answer.type !== 'write') throw new Error(`${path} gave an answer of type ${answer.type}`);
    if (!answer.finite)
      throw new GenerationError('numeric_failure', 'the text decoder made values that are not numbers');
    this.#observer.ran?.({ modality: 'text', role: 'text_decoder', seconds: answer.milliseconds / 1000 });
    return answer;
  }
}

/** The bundle's graphs of some roles, shared files once for each modality. */
function presentGraphs({ manifest }: Bundle, roles: readonly GraphRole[]): [Modality, GraphRole][] {
  return (Object.keys(manifest.modalities) as Modality[]).flatMap((modality) =>
    roles
      .filter((role) => manifest.modalities[modality]?.graphs[role] !== undefined)
      .map((role): [Modality, GraphRole] => [modality, role]),
  );
}

function ownsBuffer(data: ArrayBufferView): boolean {
  return data.byteOffset === 0 && data.byteLength === data.buffer.byteLength && data.byteLength > 0;
}
