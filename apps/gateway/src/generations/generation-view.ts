import {
  GenerationError,
  type Condition,
  type GenerationRequest,
  type GenerationResult,
  type LiveState,
  type OutputRecord,
  type Status,
} from '@medley/domain';
import { generatedAssetId } from '../assets/generated-assets.ts';
import type { GenerationView } from '../openapi/answers/generation.ts';
import { signLink } from './signed-link.ts';

const LINK_SECONDS = 3_600;

/** Where the answers' links point, and what signs them. */
export interface LinkContext {
  base: string;
  secret: string;
}

export interface GenerationSnapshot {
  request: GenerationRequest;
  live?: LiveState | undefined;
  result?: GenerationResult | undefined;
  queue?: { position: number; seconds: number } | undefined;
}

/** The public JSON of a generation (api.md). Throws GenerationError `gone` for one that was deleted meanwhile. */
export function viewGeneration(
  { request, live, result, queue }: GenerationSnapshot,
  links: LinkContext,
): GenerationView {
  const status: Status = result?.status ?? live?.status ?? 'queued';
  if (status === 'deleted') throw new GenerationError('gone', `generation "${request.id}" was deleted`);
  return {
    id: request.id,
    status,
    model: request.bundle.name,
    bundle: request.bundle,
    created_at: request.created_at,
    conditions: request.conditions.map(viewCondition),
    ...(request.negative === undefined ? {} : { negative: request.negative }),
    requested: request.outputs,
    seed: request.seed,
    steps: request.steps,
    sampler: request.sampler,
    samples: request.samples,
    determinism: request.determinism,
    priority: request.priority,
    metadata: request.metadata,
    progress: {
      stage: status,
      step: live?.progress?.step ?? (result?.status === 'succeeded' ? request.steps : 0),
      steps: request.steps,
      outputs: request.outputs.map(({ type }) => type),
    },
    ...(queue === undefined || status !== 'queued'
      ? {}
      : { queue: { position: queue.position, estimated_seconds: queue.seconds } }),
    outputs: (result?.outputs ?? []).map((output, index) => viewOutput(output, index, request.id, links)),
    ...(result?.error === undefined ? {} : { error: result.error }),
    timings: durations(result?.timings ?? live?.timings ?? {}, request),
    urls: {
      get: `${links.base}/v1/generations/${request.id}`,
      events: `${links.base}/v1/generations/${request.id}/events`,
      cancel: `${links.base}/v1/generations/${request.id}/cancel`,
    },
  };
}
export type { GenerationView };

/** Whether its state is final. */
export function hasEnded({ status }: { status: Status }): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'canceled';
}

function viewCondition(condition: Condition): GenerationView['conditions'][number] {
  const { weight } = condition;
  if ('text' in condition) return { type: condition.type, weight, text: condition.text };
  const { type } = condition;
  return 'url' in condition ? { type, weight, url: condition.url } : { type, weight, asset: condition.asset.id };
}

function viewOutput(output: OutputRecord, index: number, generation: string, links: LinkContext) {
  const { key: _key, ...visible } = output;
  return { ...visible, asset: generatedAssetId(generation, index), url: outputLink(generation, index, links) };
}

/** A link to the file of an output, which holds for an hour. */
export function outputLink(generation: string, index: number, links: LinkContext): string {
  const expires = Math.floor(Date.now() / 1000) + LINK_SECONDS;
  const path = `/v1/generations/${generation}/outputs/${index}`;
  return `${links.base}${path}?expires=${expires}&signature=${signLink(links.secret, path, expires)}`;
}

/** Moments as seconds since the accept. */
function durations(moments: Record<string, number>, request: GenerationRequest): Record<string, number> {
  const accepted = Date.parse(request.created_at);
  return Object.fromEntries(
    Object.entries(moments).map(([name, at]) => [`${name}_seconds`, Math.max(0, (at - accepted) / 1000)]),
  );
}
