import { describe, expect, it } from '@jest/globals';
import type { FlowJob } from 'bullmq';
import { jobPayload } from '@medley/domain';
import { decodeFlow, encodeFlow } from './flow-trees.ts';
import { generationJobs } from './generation-jobs.ts';
import { bundle, sampleRequest } from './queue.fixture.ts';

const request = sampleRequest({ samples: 2 });

/** `name role` of each node, children in brackets. */
function sketch({ data, children = [], name }: FlowJob): string {
  const inner = children.map(sketch).join(', ');
  return `${name} ${jobPayload.parse(data).role}${inner === '' ? '' : ` [${inner}]`}`;
}

function nodes(flow: FlowJob): FlowJob[] {
  return [flow, ...(flow.children ?? []).flatMap(nodes)];
}

describe('flows', () => {
  it('hang one encode for each condition under diffuse, the negative prompt last, and an ingest under a URL', () => {
    expect(sketch(encodeFlow(request, 1, 9))).toBe('diffuse 0 [encode 0, encode 1 [ingest 1], encode 2]');
  });

  it('hang one decode for each output and sample under assemble', () => {
    expect(sketch(decodeFlow(request, 1, 9))).toBe('assemble 0 [decode 0, decode 1, decode 2, decode 3]');
  });

  it('give every job its deterministic id, a priority, retries that outlast half a minute, and a bounded stay', () => {
    for (const { name, data, opts } of [encodeFlow(request, 3, 9), decodeFlow(request, 3, 9)].flatMap(nodes)) {
      expect(opts).toMatchObject({
        jobId: `${request.id}-e3-${name}-${jobPayload.parse(data).role}`,
        priority: 9,
        backoff: { type: 'exponential' },
        removeOnComplete: { count: expect.any(Number) as unknown },
        removeOnFail: { count: expect.any(Number) as unknown },
      });
      const { delay } = opts!.backoff as { delay: number };
      const outlasted = Array.from({ length: opts!.attempts! - 1 }, (_, retry) => delay * 2 ** retry);
      expect(outlasted.reduce((sum, one) => sum + one)).toBeGreaterThan(25_000);
      expect(Math.max(...outlasted)).toBeLessThan(20_000);
    }
  });

  it('let no parent wait for a child that failed', () => {
    for (const flow of [encodeFlow(request, 1, 9), decodeFlow(request, 1, 9)]) {
      for (const child of nodes(flow).slice(1)) expect(child.opts?.continueParentOnFailure).toBe(true);
      expect(flow.opts?.continueParentOnFailure).toBeUndefined();
    }
  });

  it('go to the queues of their bundle, ingest to the one of all', () => {
    const queues = new Set(nodes(encodeFlow(request, 1, 9)).map(({ queueName }) => queueName));
    const suffix = `${bundle.name}.1a2b3c4d`;
    expect(queues).toEqual(new Set([`diffuse.${suffix}`, `encode.${suffix}`, 'ingest']));
  });
});

describe('generationJobs', () => {
  it('names every job of both flows, parents first', () => {
    const levels = generationJobs(request, 2);
    const inFlows = [encodeFlow(request, 2, 9), decodeFlow(request, 2, 9)].flatMap(nodes);
    expect(
      levels
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(inFlows.map(({ opts }) => opts!.jobId).sort());
    expect(levels.map((level) => [...new Set(level.map(({ stage }) => stage))])).toEqual([
      ['diffuse', 'assemble'],
      ['encode', 'decode'],
      ['ingest'],
    ]);
  });
});
