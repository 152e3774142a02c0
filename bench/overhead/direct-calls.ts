import { createEngine, type DenoiserInputs } from '@medley/diffusion';
import { loadBundle } from '@medley/domain';
import {
  GraphRunner,
  LatentDecoder,
  PromptEncoder,
  STAGE_GRAPHS,
  SessionPool,
  TextCodec,
  createJointModel,
  readNullCondition,
} from '@medley/inference';
import { tensor, type Tensor } from '@medley/tensor';

/** Milliseconds spent in the graphs of each stage. */
interface GraphMilliseconds {
  encode: number;
  diffuse: number;
  decode: number;
}

/** The graphs of one text → image generation, called in this process on one thread as a worker calls them. */
export class DirectCalls {
  readonly #pool: SessionPool;
  readonly #runner: GraphRunner;
  readonly #encoder: PromptEncoder;
  readonly #decoder: LatentDecoder;
  readonly #batches: readonly DenoiserInputs[];
  readonly #latent: Tensor<'float32'>;
  readonly #signal = new AbortController().signal;

  private constructor(
    pool: SessionPool,
    runner: GraphRunner,
    codec: TextCodec,
    recorded: { batches: DenoiserInputs[]; latent: Tensor<'float32'> },
  ) {
    this.#pool = pool;
    this.#runner = runner;
    this.#encoder = new PromptEncoder(runner, codec);
    this.#decoder = new LatentDecoder(runner, codec);
    this.#batches = recorded.batches;
    this.#latent = recorded.latent;
  }

  /** Loads a bundle and records the batches that the engine makes of such a run. */
  static async load(folder: string, steps: number): Promise<DirectCalls> {
    const bundle = await loadBundle(folder);
    const pool = new SessionPool({ threads: 1 });
    const roles = [...STAGE_GRAPHS.encode, ...STAGE_GRAPHS.diffuse, ...STAGE_GRAPHS.decode];
    const runner = await GraphRunner.load(bundle, pool, roles);
    return new DirectCalls(pool, runner, await TextCodec.load(bundle), await record(runner, steps));
  }

  async run(text: string): Promise<GraphMilliseconds> {
    // What is called gives its buffers up.
    const batches = this.#batches.map(copyOf);
    const begin = performance.now();
    await this.#encoder.encodeText(text, this.#signal);
    const encoded = performance.now();
    for (const batch of batches) await this.#runner.run('image', 'denoiser', { ...batch }, this.#signal);
    const diffused = performance.now();
    await this.#decoder.decodeMedia('image', this.#latent, this.#signal);
    return { encode: encoded - begin, diffuse: diffused - encoded, decode: performance.now() - diffused };
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

async function record(runner: GraphRunner, steps: number) {
  const { manifest } = runner.bundle;
  const model = createJointModel(runner);
  const batches: DenoiserInputs[] = [];
  const recording = {
    ...model,
    denoise: (...[modality, inputs, signal]: Parameters<typeof model.denoise>) => {
      batches.push(copyOf(inputs));
      return model.denoise(modality, inputs, signal);
    },
  };
  const null_ = await readNullCondition(runner.bundle, 'text');
  const run = createEngine({ model: recording, concurrency: 1 }).admit(
    {
      id: 'recorded',
      epoch: 1,
      seed: 1,
      outputs: [{ modality: 'image', guidance: manifest.diffusion.guidance.default }],
      samples: 1,
      steps,
      sampler: manifest.diffusion.samplers[0]!,
      attends: manifest.environment.attends[0]!,
      condition: null_,
      unconditional: null_,
      determinism: 'tolerant',
    },
    { signal: new AbortController().signal },
  );
  const latents = (await run.result).get('image')!;
  const latent = tensor('float32', latents.shape.slice(1), latents.data);
  return { batches, latent };
}

function copyOf(inputs: DenoiserInputs): DenoiserInputs {
  const copy = ({ shape, data }: Tensor<'float32'>) => tensor('float32', shape, data.slice());
  return {
    latent: copy(inputs.latent),
    timestep: copy(inputs.timestep),
    condition: copy(inputs.condition),
    environment: copy(inputs.environment),
    mask: copy(inputs.mask),
  };
}
