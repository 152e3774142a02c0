import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import {
  GenerationError,
  commitGeneration,
  objectKeys,
  readResult,
  type GenerationRequest,
  type LiveState,
} from '@medley/domain';
import { checkpointFromBytes } from '@medley/diffusion';
import { float32 } from '@medley/tensor';
import { Pipeline, notFinite, outputs, startWorker } from './worker.fixture.ts';
import { sampleRequest, type AppProcess } from '@medley/testing';

// One test runs longer than a lock holds, and machines may do much else.
jest.setTimeout(180_000);

const { signal } = new AbortController();
let pipeline: Pipeline;
let worker: AppProcess;
let encode: Pipeline['encode'];

beforeAll(async () => {
  pipeline = await Pipeline.start();
  worker = await startWorker(pipeline);
  ({ encode } = pipeline);
});

afterAll(async () => {
  await worker.end('SIGKILL');
  await pipeline.close();
});

afterEach(() => {
  pipeline.loses = false;
  pipeline.inline = undefined;
  pipeline.encode = encode;
});

async function collect(request: GenerationRequest) {
  const events = [];
  for await (const event of pipeline.watch(request)) events.push(event);
  return events;
}

/** Runs a request to its latents. */
async function diffuse(overrides: Partial<GenerationRequest> = {}): Promise<LiveState> {
  const request = await pipeline.accept(overrides);
  expect((await collect(request)).at(-1)).toMatchObject({ type: 'stage', state: 'completed' });
  return (await pipeline.ports.live.read(request.id))!;
}

/** How the jobs of diffusion and of the end are when that of diffusion did nothing; nobody is told of it. */
async function idle(request: GenerationRequest): Promise<(string | undefined)[]> {
  for (;;) {
    const jobs = [...(await pipeline.ports.queue.jobStates(request, 1)).values()];
    const states = ['diffuse', 'assemble'].map((stage) => jobs.find((job) => job.stage === stage)?.state);
    if (states[0] !== 'live') return states;
    await setTimeout(50);
  }
}

const digests = ({ latents }: LiveState) => Object.entries(latents).map(([role, { digest }]) => [role, digest]);
const resultOf = (request: GenerationRequest) => readResult(pipeline.storage.store, request.id);

/** As the gateway cancels. */
async function cancel(request: GenerationRequest): Promise<void> {
  const { live, events, queue } = pipeline.ports;
  const ports = { store: pipeline.storage.store, live, events, queue };
  await commitGeneration(ports, request, 1, { status: 'canceled' });
}

describe('diffusion worker', () => {
  it('takes embeddings to the latents of all four outputs and adds the flow that decodes them', async () => {
    const request = await pipeline.accept({ samples: 2 });
    const events = await collect(request);
    expect(events.filter(({ type }) => type === 'step').at(-1)).toEqual({
      type: 'step',
      step: 4,
      steps: 4,
      outputs: ['text', 'image', 'audio', 'video'],
    });
    const state = (await pipeline.ports.live.read(request.id))!;
    expect(state).toMatchObject({ status: 'diffusing', progress: { step: 4, steps: 4 } });
    pipeline.fetched.splice(0);
    const shapes = [];
    for (const reference of Object.values(state.latents)) {
      const latent = await pipeline.exchange.fetch(request.id, reference, signal);
      shapes.push(latent.shape);
      expect([...(latent.data as Float32Array)].every(Number.isFinite)).toBe(true);
      expect(await pipeline.storage.store.head(objectKeys.tensor(request.id, reference.digest))).toBeDefined();
    }
    expect(shapes).toEqual([[32], [32], [4, 8, 8], [4, 8, 8], [8, 10, 16], [8, 10, 16], [4, 8, 8, 8], [4, 8, 8, 8]]);
    expect(new Set(pipeline.fetched.map((event) => event.type === 'fetched' && event.source))).toEqual(
      new Set(['peer']),
    );
    const jobs = [...(await pipeline.ports.queue.jobStates(request, 1)).values()];
    expect(jobs.filter(({ stage, state }) => stage === 'decode' && state === 'live')).toHaveLength(8);
    expect(jobs.filter(({ stage, state }) => stage === 'assemble' && state === 'live')).toHaveLength(1);
  });

  it('makes the same latents of the same seed, and others of another seed, weight or negative prompt', async () => {
    const conditions: GenerationRequest['conditions'] = [
      { type: 'text', text: 'a dog', weight: 1 },
      { type: 'text', text: 'a cat', weight: 0.5 },
    ];
    const base = { conditions, outputs: outputs('image'), determinism: 'strict' } as const;
    const [first, again, ...others] = await Promise.all([
      diffuse(base),
      diffuse(base),
      diffuse({ ...base, seed: 8 }),
      diffuse({ ...base, conditions: [conditions[0]!, { ...conditions[1]!, weight: 2 }] }),
      diffuse({ ...base, negative: 'a bird' }),
    ]);
    expect(digests(again)).toEqual(digests(first));
    expect(new Set([first, ...others].map((state) => state.latents[0]?.digest)).size).toBe(4);
  });

  it('takes embeddings that lie in their references, whatever became of them elsewhere', async () => {
    const base = { outputs: outputs('image'), determinism: 'strict' } as const;
    const fetched = await diffuse(base);
    pipeline.loses = true;
    pipeline.inline = (embedding) => embedding;
    expect(digests(await diffuse(base))).toEqual(digests(fetched));
  });

  it('leaves a generation whose embedding is damaged in its reference to the next epoch', async () => {
    pipeline.inline = (embedding) => embedding.map((byte) => byte ^ 1);
    const request = await pipeline.accept();
    expect(await idle(request)).toEqual(['completed', 'absent']);
    expect(await resultOf(request)).toBeUndefined();
  });

  it('fails a run whose numbers are not finite, and none beside it', async () => {
    pipeline.encode = (context) => (context.payload.generation === bad?.id ? notFinite() : encode(context));
    const long = pipeline.accept({ steps: 100 });
    const bad: GenerationRequest | undefined = await pipeline.accept();
    expect((await collect(bad)).at(-1)).toMatchObject({ type: 'failed', code: 'numeric_failure' });
    expect(await resultOf(bad)).toMatchObject({ status: 'failed', error: { code: 'numeric_failure' } });
    expect((await collect(await long)).at(-1)).toMatchObject({ type: 'stage', state: 'completed' });
  });

  it('fails a generation whose condition was never encoded', async () => {
    pipeline.encode = () => {
      throw new GenerationError('internal', 'the encoder is broken', { retryable: false });
    };
    const request = await pipeline.accept();
    expect((await collect(request)).at(-1)).toMatchObject({ type: 'failed', code: 'worker_crashed' });
    expect((await resultOf(request))?.error?.message).toContain('conditions[0] was not encoded');
  });

  it('leaves a generation whose embedding is gone from everywhere to the next epoch', async () => {
    pipeline.loses = true;
    pipeline.encode = () => float32([1, 64], new Float32Array(64).fill(0.5));
    const request = await pipeline.accept();
    expect(await idle(request)).toEqual(['completed', 'absent']);
    expect(await resultOf(request)).toBeUndefined();
  });

  it('clears what an execution that died has stored of a generation that has ended', async () => {
    const request = sampleRequest(pipeline.bundle);
    const { live, queue } = pipeline.ports;
    await live.create(request, 1);
    await live.update(request.id, 1, { status: 'canceled' });
    const late = objectKeys.tensor(request.id, 'late');
    await pipeline.storage.store.put(late, Buffer.from('x'), { contentType: 'application/octet-stream' });
    await queue.addEncodeFlow(request, 1, 5);
    expect(await idle(request)).toEqual(['completed', 'absent']);
    expect((await pipeline.storage.store.list(objectKeys.tensorPrefix(request.id), { limit: 10 })).keys).toEqual([]);
  });

  it('keeps the deadline of a request', async () => {
    const request = await pipeline.accept({ steps: 250, samples: 8, deadline_seconds: 0.3 });
    expect((await collect(request)).at(-1)).toMatchObject({ type: 'failed', code: 'deadline_exceeded' });
  });

  it('stops a canceled run between two steps and is free for others', async () => {
    const request = await pipeline.accept({ steps: 250, samples: 8 });
    for await (const event of pipeline.watch(request)) {
      if (event.type !== 'step') continue;
      await cancel(request);
      break;
    }
    await Promise.all([diffuse({ steps: 20 }), diffuse({ steps: 20 })]);
    expect(await worker.metric('job_run_seconds_count')).toContainEqual(
      expect.stringMatching(/outcome="canceled".* 1$/),
    );
    expect(await resultOf(request)).toMatchObject({ status: 'canceled' });
    expect((await pipeline.ports.live.read(request.id))?.latents).toEqual({});
  });

  it('answers, shows previews and keeps its locks while runs take ten seconds', async () => {
    const requests = await Promise.all([999, 999].map((steps) => pipeline.accept({ steps, samples: 8 })));
    const previews = new Set<string>();
    const begin = performance.now();
    // The older run goes first; the other follows on machines that are faster than that.
    for (const request of requests) {
      for await (const event of pipeline.watch(request)) {
        if (event.type === 'preview') {
          const file = Buffer.from(event.image.slice('data:image/webp;base64,'.length), 'base64');
          expect(file.subarray(8, 12).toString()).toBe('WEBP');
          expect(file.byteLength).toBeLessThanOrEqual(8 * 1024);
          previews.add(event.output);
        }
        if (event.type === 'step') expect((await fetch(`${worker.health}/readyz`)).status).toBe(200);
        if (performance.now() - begin > 10_000) break;
      }
      if (performance.now() - begin > 10_000) break;
    }
    // Twice as long as a lock holds: without renewal the job would be stale, or taken back.
    const jobs = [...(await pipeline.ports.queue.jobStates(requests[1]!, 1)).values()];
    expect(jobs.find(({ stage }) => stage === 'diffuse')?.state).toBe('live');
    expect(await worker.count('jobs_stalled_total')).toBe(0);
    expect(previews).toEqual(new Set(['image', 'audio', 'video']));
    await Promise.all(requests.map(cancel));
  });

  describe('that goes', () => {
    const checkpointOf = async ({ id }: GenerationRequest) => {
      const object = await pipeline.storage.store.get(objectKeys.checkpoint(id, 1));
      return object === undefined ? undefined : checkpointFromBytes(object.body);
    };
    /** The steps that are told from the second begin on, until diffusion is completed. */
    const stepsAfterwards = async (request: GenerationRequest) => {
      const events = await collect(request);
      const begins = events.flatMap((event, index) =>
        event.type === 'stage' && event.stage === 'diffuse' && event.state === 'started' ? [index] : [],
      );
      expect([begins.length, events.at(-1)]).toMatchObject([2, { type: 'stage', state: 'completed' }]);
      return events.slice(begins[1]).flatMap((event) => (event.type === 'step' ? [event.step] : []));
    };
    const long = { steps: 150, samples: 4, outputs: outputs('image', 'audio'), determinism: 'strict' } as const;

    it('on SIGTERM hands its run back, and another one goes on with it to the same end', async () => {
      const whole = await diffuse(long);
      const request = await pipeline.accept(long);
      for await (const event of pipeline.watch(request)) if (event.type === 'step') break;
      expect(await worker.end('SIGTERM')).toBe(0);
      expect(await resultOf(request)).toBeUndefined();
      const { step } = (await checkpointOf(request))!;
      worker = await startWorker(pipeline);
      expect(Math.min(...(await stepsAfterwards(request)))).toBeGreaterThan(step);
      expect(digests((await pipeline.ports.live.read(request.id))!)).toEqual(digests(whole));
    });

    it('by kill -9 loses a few seconds of its run', async () => {
      // Two side by side, so that neither is done before it is kept.
      const [request, other] = await Promise.all([999, 999].map((steps) => pipeline.accept({ steps, samples: 8 })));
      let kept = await checkpointOf(request!);
      while (kept === undefined) kept = await checkpointOf(request!);
      await worker.end('SIGKILL');
      worker = await startWorker(pipeline);
      const begun = [];
      for await (const event of pipeline.watch(request!)) {
        if (event.type === 'step' && begun.length === 2) {
          expect(event.step).toBeGreaterThan(kept.step);
          break;
        }
        if (event.type === 'stage' && event.stage === 'diffuse' && event.state === 'started') begun.push(event);
      }
      await Promise.all([request!, other!].map(cancel));
      const left = () => pipeline.storage.store.list(objectKeys.tensorPrefix(request!.id));
      while ((await left()).keys.length > 0) await setTimeout(50);
    });
  });
});
