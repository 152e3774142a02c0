import type { StepDone } from '@medley/diffusion';
import type { EventLog, LiveState, LiveStore } from '@medley/domain';
import type { LatentPreviewer } from '@medley/inference';
import type { Media } from '@medley/media';
import type { Logger } from '@medley/runtime';
import type { DiffusionMetrics } from './diffusion-metrics.ts';
import { LatestOnly } from './latest-only.ts';
import { RunPreviews } from './run-previews.ts';

export interface RunReporterPorts {
  live: LiveStore;
  events: EventLog;
  previewer: LatentPreviewer;
  media: Media;
  metrics: DiffusionMetrics;
  logger: Logger;
}

/** Tells those who watch how far runs are. What can't be told stops no run. */
export class RunReporter {
  readonly #ports: RunReporterPorts;

  constructor(ports: RunReporterPorts) {
    this.#ports = ports;
  }

  async begin({ request, epoch }: LiveState): Promise<void> {
    const { live, events } = this.#ports;
    const progress = { step: 0, steps: request.steps };
    await this.#attempt(() =>
      Promise.all([
        live.update(request.id, epoch, { status: 'diffusing', progress, timings: { diffuse_started: Date.now() } }),
        events.append(request.id, epoch, { type: 'stage', stage: 'diffuse', state: 'started', role: 0 }),
      ]),
    );
  }

  /** Resolves when the run has ended and its last step is told. A run that is faster than Redis skips steps. */
  async follow({ request, epoch }: LiveState, steps: AsyncIterable<StepDone>, signal: AbortSignal): Promise<void> {
    const { live, events, metrics, previewer, media, logger } = this.#ports;
    const outputs = request.outputs.map(({ type }) => type);
    const told = new LatestOnly<{ step: number; steps: number }>((progress) =>
      this.#attempt(() =>
        Promise.all([
          live.update(request.id, epoch, { progress }),
          events.append(request.id, epoch, { type: 'step', ...progress, outputs }),
        ]),
      ),
    );
    const previews = new RunPreviews(
      {
        previewer,
        media,
        events,
        shown: (modality) => metrics.previews.inc({ modality }),
        troubled: (error) => logger.debug({ err: error }, 'a preview could not be shown'),
      },
      request.id,
      outputs,
      signal,
    );
    let begin = performance.now();
    for await (const event of steps) {
      const now = performance.now();
      metrics.stepSeconds.observe({ outputs: outputs.length }, (now - begin) / 1000);
      begin = now;
      told.put({ step: event.step, steps: event.steps });
      previews.offer(event);
    }
    await told.settled();
  }

  async #attempt(tell: () => Promise<unknown>): Promise<void> {
    try {
      await tell();
    } catch (error) {
      this.#ports.logger.warn({ err: error }, 'progress could not be told');
    }
  }
}
