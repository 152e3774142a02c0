import type { StepDone } from '@medley/diffusion';
import type { EventLog, Modality } from '@medley/domain';
import type { LatentPreviewer } from '@medley/inference';
import type { Media } from '@medley/media';
import type { Tensor } from '@medley/tensor';

/** At most four a second of one output. */
const INTERVAL_MILLISECONDS = 250;
const PREVIEW_BYTES = 8 * 1024;
/** Sample 0 stands for the others. */
const SAMPLE = 0;

export interface PreviewPorts {
  previewer: LatentPreviewer;
  media: Media;
  events: EventLog;
  /** Told of every preview that was published. */
  shown: (modality: Modality) => void;
  /** A preview that fails harms nobody. */
  troubled: (error: unknown) => void;
}

/** The small pictures that one run shows of where it is heading. */
export class RunPreviews {
  readonly #ports: PreviewPorts;
  readonly #generation: string;
  readonly #signal: AbortSignal;
  /** When an output was shown last, or the run began; Infinity while one is on its way, and where the bundle shows none. */
  readonly #shownAt: Map<Modality, number>;

  /** The signal is the run's: nothing is published after it. */
  constructor(ports: PreviewPorts, generation: string, outputs: readonly Modality[], signal: AbortSignal) {
    this.#ports = ports;
    this.#generation = generation;
    this.#signal = signal;
    const now = performance.now();
    this.#shownAt = new Map(outputs.map((modality) => [modality, now]));
  }

  /** Takes what the run is heading for now and shows it as soon as it is ready; returns at once. */
  offer(event: StepDone): void {
    if (event.step === event.steps) return;
    const now = performance.now();
    for (const [modality, shownAt] of this.#shownAt) {
      if (now - shownAt < INTERVAL_MILLISECONDS) continue;
      this.#shownAt.set(modality, Infinity);
      void this.#show(modality, event.step, event.estimate(modality, SAMPLE), now);
    }
  }

  async #show(modality: Modality, step: number, estimate: Tensor<'float32'>, now: number): Promise<void> {
    const { previewer, media, events, shown, troubled } = this.#ports;
    try {
      const pixels = await previewer.preview(modality, estimate, this.#signal);
      if (pixels === undefined) return;
      // An abort would kill the child that encodes, for a few milliseconds of work.
      const { signal: never } = new AbortController();
      const file = await media.encodeImage(pixels, { format: 'webp', maxBytes: PREVIEW_BYTES }, never);
      if (!this.#signal.aborted && file.byteLength <= PREVIEW_BYTES) {
        const image = `data:image/webp;base64,${Buffer.from(file).toString('base64')}`;
        await events.preview(this.#generation, { type: 'preview', output: modality, sample: SAMPLE, step, image });
        shown(modality);
      }
    } catch (error) {
      if (!this.#signal.aborted) troubled(error);
    }
    this.#shownAt.set(modality, now);
  }
}
