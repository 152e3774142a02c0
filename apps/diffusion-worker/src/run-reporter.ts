import type { StepDone } from '@medley/diffusion';
import type { EventLog, LiveState, LiveStore } from '@medley/domain';
import type { LatentPreviewer } from '@medley/inference';
import type { Media } from '@medley/media';
import type { Logger } from '@medley/runtime';
import type { DiffusionMetrics } from './diffusion-metrics.ts';
import { Paced } from './paced.ts';
import { RunPreviews } from './run-previews.ts';

/** Steps are told at most so often: each costs Redis and every gateway that has a client of it. */
const PAUSE_MILLISECONDS = 100;

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

  /** `step`: steps that were done before. */
  async begin({ request, epoch }: LiveState, step: number): Promise<void> {
    const { live, events } = this.#ports;
    const progress = { step, steps: request.steps };
    await this.#attempt(() =>
      Promise.all([
        live.update(request.id, epoch, { status: 'diffusing', progress, timings: { diffuse_started: Date.now() } }),
        events.append(request.id, epoch, { type: 'stage', stage: 'diffuse', state: 'started', role: 0 }),
      ]),
    );
  }

  /**
   * Resolves when the run has ended and its last step is on its way; `told` does when Redis knows it. Of steps that follow
   * each other fast some are not told.
   */
  async follow(
    { request, epoch }: LiveState,
    steps: AsyncIterable<StepDone>,
    signal: AbortSignal,
  ): Promise<{ told: Promise<void> }> {
    const { live, events, metrics, previewer, media, logger } = this.#ports;
    const outputs = request.outputs.map(({ type }) => type);
    const progress = new Paced<{ step: number; steps: number }>(
      (step) =>
        this.#attempt(() =>
          Promise.all([
            live.update(request.id, epoch, { progress: step }),
            events.append(request.id, epoch, { type: 'step', ...step, outputs }),
          ]),
        ),
      PAUSE_MILLISECONDS,
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
    try {
      let begin = performance.now();
      for await (const event of steps) {
        const now = performance.now();
        metrics.stepSeconds.observe({ outputs: outputs.length }, (now - begin) / 1000);
        begin = now;
        progress.put({ step: event.step, steps: event.steps });
        previews.offer(event);
      }
      // What is given up tells no more: another worker may be at it.
      if (signal.aborted) return { told: Promise.resolve() };
      return { told: (await progress.flush()).done };
    } finally {
      progress.stop();
    }
  }

  async #attempt(tell: () => Promise<unknown>): Promise<void> {
    try {
      await tell();
    } catch (error) {
      this.#ports.logger.warn({ err: error }, 'progress could not be told');
    }
  }
}
