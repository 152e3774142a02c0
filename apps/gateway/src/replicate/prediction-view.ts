import type { GenerationRequest, GenerationResult, OutputRecord, Status } from '@medley/domain';
import { renamed } from '../http/field-names.ts';
import { outputLink, type GenerationSnapshot, type LinkContext } from '../generations/generation-view.ts';
import { signLink } from '../generations/signed-link.ts';
import { inputNames, viewInput } from './input-view.ts';
import { modelName } from './model-names.ts';

const STREAM_SECONDS = 3_600;
/** Cells of the bar in the logs. */
const BAR = 20;

type PredictionStatus = 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled';

const STATUSES = {
  queued: 'starting',
  fetching: 'processing',
  encoding: 'processing',
  diffusing: 'processing',
  decoding: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
  deleted: 'canceled',
} as const satisfies Record<Status, PredictionStatus>;

interface PredictionViewOptions {
  /** Files by the index of their output, where they are not links. */
  files?: ReadonlyMap<number, string>;
  /** Instead of the status as it is. */
  status?: PredictionStatus;
}

/** A generation as Replicate's API writes a prediction. */
export function viewPrediction(
  { request, live, result }: GenerationSnapshot,
  links: LinkContext,
  { files, status = STATUSES[result?.status ?? live?.status ?? 'queued'] }: PredictionViewOptions = {},
) {
  const { id, bundle } = request;
  const here = `${links.base}${predictionPath(id)}`;
  const times = timesOf(request, result?.timings ?? live?.timings ?? {});
  const step = live?.progress?.step ?? (result?.status === 'succeeded' ? request.steps : 0);
  return {
    id,
    model: modelName(bundle),
    version: bundle.digest,
    input: viewInput(request, links.base),
    logs: logsOf(request, step),
    output: result?.status === 'succeeded' ? viewOutputs(result, links, files) : null,
    data_removed: false,
    error: errorOf(request, result),
    status,
    source: 'api' as const,
    created_at: request.created_at,
    started_at: times.started === undefined ? null : new Date(times.started).toISOString(),
    completed_at: result?.committed_at ?? null,
    metrics: result === undefined ? {} : times.metrics,
    urls: { get: here, cancel: `${here}/cancel`, stream: streamLink(id, links) },
  };
}

export function predictionPath(id: string): string {
  return `/replicate/v1/predictions/${id}`;
}

/**
 * What was made: a list, one for each sample, where one output was asked for, else such a list by the name of each, and
 * `muxed` for clips with their sound. A text is itself, a file its URL.
 */
function viewOutputs(
  { id, request, outputs }: GenerationResult,
  links: LinkContext,
  files?: ReadonlyMap<number, string>,
) {
  const values = new Map<string, string[]>();
  outputs.forEach((output, index) => {
    const name = output.role === 'primary' ? output.type : output.role;
    const value = output.text ?? files?.get(index) ?? outputLink(id, index, links);
    values.set(name, [...(values.get(name) ?? []), value]);
  });
  return request.outputs.length === 1 ? [...values.values()].flat() : Object.fromEntries(values);
}

/** Outputs in the order in which a stream tells them, with the value of each. */
export function outputValues({ id, outputs }: GenerationResult, links: LinkContext): string[] {
  return outputs.map((output: OutputRecord, index) => output.text ?? outputLink(id, index, links));
}

/** Why it failed, in words in which the inputs have their names here; null unless it did. */
export function errorOf(request: GenerationRequest, result: GenerationResult | undefined): string | null {
  if (result?.error === undefined) return null;
  return renamed(result.error.message, result.error.pointer, inputNames(request)).message;
}

/** The seed, and a line of progress as `parseProgressFromLogs` of Replicate's client reads it. */
function logsOf(request: GenerationRequest, step: number): string {
  const lines = [`Using seed: ${request.seed}`, ...(step === 0 ? [] : [progressLine(step, request.steps)])];
  return lines.join('\n');
}

export function progressLine(step: number, steps: number): string {
  const done = Math.round((step / steps) * BAR);
  const percentage = Math.floor((step / steps) * 100);
  return `${String(percentage).padStart(3)}%|${'█'.repeat(done)}${' '.repeat(BAR - done)}| ${step}/${steps}`;
}

/** It begins with the first stage; the seconds before that are no work. */
function timesOf({ created_at: created }: GenerationRequest, timings: Record<string, number>) {
  const begins = Object.entries(timings).filter(([name]) => name.endsWith('_started'));
  const started = begins.length === 0 ? undefined : Math.min(...begins.map(([, at]) => at));
  const { committed } = timings;
  if (committed === undefined) return { started, metrics: {} };
  const metrics = {
    predict_time: Math.max(0, committed - (started ?? committed)) / 1000,
    total_time: Math.max(0, committed - Date.parse(created)) / 1000,
  };
  return { started, metrics };
}

/** Clients open the stream without their API key: its link is signed, and holds for an hour. */
function streamLink(id: string, { base, secret }: LinkContext): string {
  const expires = Math.floor(Date.now() / 1000) + STREAM_SECONDS;
  const path = `${predictionPath(id)}/stream`;
  return `${base}${path}?expires=${expires}&signature=${signLink(secret, path, expires)}`;
}
