import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphSignature, TensorMessage, TaskAnswer, TextDecoding, ThreadTask } from './session-protocol.ts';

/** Entry of a worker thread: holds sessions, because both loading and running one block the thread they are on. */

const { intraOpThreads, provider } = workerData as { intraOpThreads: number; provider: 'cpu' | 'cuda' };
const sessions = new Map<string, InferenceSession>();

async function open(path: string): Promise<InferenceSession> {
  const known = sessions.get(path);
  if (known !== undefined) return known;
  const session = await InferenceSession.create(path, {
    // What a GPU has no kernel for runs on the CPU.
    executionProviders: provider === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  sessions.set(path, session);
  return session;
}

type Metadata = InferenceSession['inputMetadata'];

function describe(metadata: Metadata): GraphSignature['inputs'] {
  return Object.fromEntries(
    metadata.map((value) => [
      value.name,
      value.isTensor ? { type: value.type, shape: [...value.shape] } : { type: 'other', shape: [] },
    ]),
  );
}

const toOrt = ({ dataType, shape, data }: TensorMessage) => new Tensor(dataType, data as never, shape);

async function run(path: string, feeds: Record<string, TensorMessage>): Promise<TaskAnswer> {
  const session = await open(path);
  const results = await session.run(
    Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toOrt(value)])),
  );
  // The runtime owns its buffers and they can't be transferred: one copy here.
  const outputs = Object.entries(results).map(([name, value]) => {
    const data = (value.data as Float32Array).slice();
    return [name, { dataType: 'float32', shape: value.dims, data } satisfies TensorMessage];
  });
  return { type: 'run', outputs: Object.fromEntries(outputs) as Record<string, TensorMessage> };
}

async function write(
  path: string,
  latent: Float32Array,
  shape: readonly number[],
  decoding: TextDecoding,
): Promise<TaskAnswer> {
  const session = await open(path);
  const { bos, eos, maximum, layers, heads, headWidth, sampling } = decoding;
  const latentTensor = new Tensor('float32', latent, shape);
  let past: Tensor = new Tensor('float32', new Float32Array(0), [1, layers, 2, heads, 0, headWidth]);
  let token = bos;
  const tokens: number[] = [];
  while (tokens.length < maximum) {
    const step = await session.run({
      latent: latentTensor,
      token: new Tensor('int64', BigInt64Array.of(BigInt(token)), [1, 1]),
      past,
    });
    const logits = step['logits']!.data as Float32Array;
    if (logits.some(Number.isNaN)) return { type: 'write', tokens, truncated: false, finite: false };
    token =
      sampling === undefined ? largest(logits) : draw(logits, sampling.temperature, sampling.uniforms[tokens.length]!);
    if (token === eos) return { type: 'write', tokens, truncated: false, finite: true };
    tokens.push(token);
    past = step['present'] as Tensor;
  }
  return { type: 'write', tokens, truncated: true, finite: true };
}

function largest(logits: Float32Array): number {
  return logits.reduce((best, value, index) => (value > logits[best]! ? index : best), 0);
}

/** Draws from softmax(logits / temperature) by inversion. */
function draw(logits: Float32Array, temperature: number, uniform: number): number {
  const top = logits[largest(logits)]!;
  const weights = logits.map((value) => Math.exp((value - top) / temperature));
  let rest = uniform * weights.reduce((sum, value) => sum + value, 0);
  const chosen = weights.findIndex((value) => (rest -= value) <= 0);
  return chosen === -1 ? weights.length - 1 : chosen;
}

async function perform(task: ThreadTask): Promise<TaskAnswer> {
  if (task.type === 'run') return run(task.path, task.feeds);
  if (task.type === 'write') return write(task.path, task.latent, task.shape, task.decoding);
  const session = await open(task.path);
  const signature = { inputs: describe(session.inputMetadata), outputs: describe(session.outputMetadata) };
  return { type: 'load', signature };
}

parentPort!.on('message', ({ id, task }: { id: number; task: ThreadTask }) => {
  const started = performance.now();
  perform(task).then(
    (answer) => {
      const buffers =
        answer.type === 'run' ? Object.values(answer.outputs).map(({ data }) => data.buffer as ArrayBuffer) : [];
      const milliseconds = performance.now() - started;
      parentPort!.postMessage({ id, answer: { ...answer, milliseconds } }, buffers);
    },
    (error: unknown) => parentPort!.postMessage({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
