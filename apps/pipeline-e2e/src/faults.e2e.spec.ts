import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { GenerationBody, GenerationUpdate } from '@medley/client';
import { Service, type App } from '@medley/testing/service';
import { logged, readLog } from './fixtures/event-log.ts';
import { digests, expectSuccess, follow, followOn } from './fixtures/outputs.ts';
import { Studio, dataUri } from './fixtures/studio.ts';

jest.setTimeout(120_000);

let service: Service | undefined;
let studio: Studio | undefined;

beforeAll(async () => {
  studio = await Studio.open();
  service = await Service.start({ models: ['tiny-codi'], logs: 'e2e-faults' });
});
afterAll(async () => {
  await Promise.all([service?.stop(), studio?.close()]);
});

const TEXT = { type: 'text', text: 'a dog' } as const;
const OUTPUTS: GenerationBody['outputs'] = [{ type: 'text' }, { type: 'image' }, { type: 'audio' }, { type: 'video' }];

/** The first event that `wanted` holds for, while the generation goes on. */
async function until(id: string, wanted: (event: GenerationUpdate) => boolean): Promise<void> {
  for await (const event of service!.client.events(id)) if (wanted(event)) return;
  throw new Error(`${id} ended before that`);
}

const isStage = (event: GenerationUpdate, stage: string, state: 'started' | 'completed') =>
  event.type === 'stage' && event.stage === stage && event.state === state;

const completed = (events: readonly GenerationUpdate[], stage: string) =>
  events.filter((event) => isStage(event, stage, 'completed')).length;

describe('a worker that is killed', () => {
  const clips = async () =>
    Promise.all(
      Array.from({ length: 16 }, async (_, index) => ({
        type: 'video' as const,
        data: dataUri('video/mp4', await studio!.mp4(index / 16)),
      })),
    );
  const deaths: {
    app: App;
    stage: string;
    /** When the worker is in the middle of its stage. */
    when: (event: GenerationUpdate) => boolean;
    /** Jobs of the stage. */
    jobs: number;
    body: () => Promise<GenerationBody>;
  }[] = [
    {
      app: 'encoder-worker',
      stage: 'encode',
      when: (event) => isStage(event, 'encode', 'started'),
      jobs: 16,
      body: async () => ({ conditions: await clips(), outputs: [{ type: 'image' }], steps: 2 }),
    },
    {
      app: 'diffusion-worker',
      stage: 'diffuse',
      when: (event) => event.type === 'step' && event.step >= 3,
      jobs: 1,
      body: async () => ({ conditions: [TEXT], outputs: OUTPUTS, steps: 120 }),
    },
    {
      app: 'decoder-worker',
      stage: 'decode',
      when: (event) => isStage(event, 'decode', 'started'),
      jobs: 32,
      body: async () => ({ conditions: [TEXT], outputs: OUTPUTS, steps: 2, samples: 8 }),
    },
  ];

  it.each(deaths)('does not keep a generation from succeeding: $app', async ({ app, stage, when, jobs, body }) => {
    const request: GenerationBody = { ...(await body()), seed: 11, determinism: 'strict' };
    const { client } = service!;
    const worker = await service!.processId(app);
    const { id } = await client.create(request);
    const events = followOn(client, id);
    await until(id, when);
    process.kill(worker, 'SIGKILL');
    const { generation, events: seen } = await events;
    expectSuccess(generation);
    expect(await service!.processId(app)).not.toBe(worker);

    // Jobs that the death interrupted were started twice: it came in the middle.
    const started = logged(seen).filter((event) => isStage(event, stage, 'started'));
    expect(started.length).toBeGreaterThan(jobs);
    expect(completed(logged(seen), stage)).toBeGreaterThanOrEqual(jobs);
    expect(logged(seen).filter(({ type }) => type === 'succeeded').length).toBe(1);
    expect(logged(await readLog(service!, id))).toEqual(logged(seen));

    const undisturbed = await follow(client, request);
    expect(digests(generation)).toEqual(digests(undisturbed.generation));
  });
});

describe('a cancel', () => {
  it('ends a generation that waits, which then never runs', async () => {
    const { client } = service!;
    await service!.signal('diffusion-worker', 'SIGSTOP');
    const { id } = await client.create({ conditions: [TEXT], outputs: [{ type: 'image' }], steps: 2 });
    const events = followOn(client, id);
    await until(id, (event) => isStage(event, 'encode', 'completed'));
    expect(await client.cancel(id)).toMatchObject({ status: 'canceled', outputs: [] });
    await service!.signal('diffusion-worker', 'SIGCONT');
    // What comes after it runs.
    const next = await follow(client, { conditions: [TEXT], outputs: [{ type: 'image' }], steps: 2 });
    expectSuccess(next.generation);

    const { generation, events: seen } = await events;
    expect(generation).toMatchObject({ status: 'canceled', outputs: [] });
    const log = logged(await readLog(service!, id));
    expect(log).toEqual(logged(seen));
    expect(log.at(-1)!.type).toBe('canceled');
    expect(log.filter(({ type }) => type === 'step')).toEqual([]);
  });

  it('ends a generation that runs, between two steps', async () => {
    const { client } = service!;
    const { id } = await client.create({ conditions: [TEXT], outputs: OUTPUTS, steps: 250, samples: 8 });
    await until(id, ({ type }) => type === 'step');
    const cancels = await Promise.all([client.cancel(id), client.cancel(id)]);
    for (const answer of cancels) expect(answer).toMatchObject({ status: 'canceled', outputs: [] });
    const next = await follow(client, { conditions: [TEXT], outputs: [{ type: 'image' }], steps: 2 });
    expectSuccess(next.generation);

    const log = logged(await readLog(service!, id));
    expect(log.at(-1)!.type).toBe('canceled');
    expect(log.filter(({ type }) => /^(succeeded|failed|canceled)$/.test(type)).length).toBe(1);
    expect(log.findLast((event) => event.type === 'step')!.step).not.toBe(250);
    expect(await client.get(id)).toMatchObject({ status: 'canceled', outputs: [] });
  });
});

describe('a deadline', () => {
  it('ends a generation that is not done by then', async () => {
    const { generation, events } = await follow(service!.client, {
      conditions: [TEXT],
      outputs: OUTPUTS,
      steps: 250,
      samples: 8,
      deadline_seconds: 0.5,
    });
    expect(generation).toMatchObject({ status: 'failed', outputs: [], error: { code: 'deadline_exceeded' } });
    expect(generation.error!.message).toContain('deadline_seconds is 0.5');
    expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'deadline_exceeded' });
  });
});
