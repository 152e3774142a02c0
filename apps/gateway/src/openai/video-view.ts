import type { GenerationRequest, GenerationResult, Modality } from '@medley/domain';
import type { GenerationSnapshot } from '../generations/generation-view.ts';
import { renamed, type FieldNames } from '../http/field-names.ts';
import type { CatalogEntry } from '../models/bundle-catalog.ts';

/** What the conditions of a clip are called. */
export function videoNames(conditions: readonly { type: Modality }[]): FieldNames {
  return conditions.flatMap(({ type }, index) => {
    const field = type === 'text' ? 'prompt' : 'input_reference';
    return ['', '/text', '/asset', '/url', '/data'].map((part) => [`/conditions/${index}${part}`, field] as const);
  });
}

/** A generation that makes a clip as OpenAI's API writes a video. `entry`: its bundle, where that is still here. */
export function viewVideo({ request, live, result }: GenerationSnapshot, entry: CatalogEntry | undefined) {
  const media = entry?.manifest.modalities.video?.media;
  const prompt = request.conditions.find(({ type }) => type === 'text');
  const status = result?.status ?? live?.status ?? 'queued';
  const step = live?.progress?.step ?? 0;
  return {
    id: request.id,
    object: 'video' as const,
    model: request.bundle.name,
    status: VIDEO_STATUSES[status],
    progress: status === 'succeeded' ? 100 : Math.floor((step / request.steps) * 99),
    created_at: seconds(request.created_at),
    completed_at: result === undefined ? null : seconds(result.committed_at),
    expires_at: null,
    prompt: prompt !== undefined && 'text' in prompt ? prompt.text : null,
    remixed_from_video_id: null,
    seconds: media === undefined ? '' : String(media.frames / media.fps),
    size: media === undefined ? '' : `${media.width}x${media.height}`,
    error: errorOf(request, result),
  };
}

const VIDEO_STATUSES = {
  queued: 'queued',
  fetching: 'in_progress',
  encoding: 'in_progress',
  diffusing: 'in_progress',
  decoding: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'failed',
  deleted: 'failed',
} as const;

function errorOf(request: GenerationRequest, result: GenerationResult | undefined) {
  if (result === undefined || result.status === 'succeeded') return null;
  const { code, message, pointer } = result.error ?? { code: 'canceled', message: 'it was canceled' };
  return { code, message: renamed(message, pointer, videoNames(request.conditions)).message };
}

function seconds(date: string): number {
  return Math.floor(Date.parse(date) / 1000);
}
