import {
  checkpointBytes,
  checkpointFromBytes,
  type Checkpoint,
  type RunHandle,
  type StepDone,
} from '@medley/diffusion';
import { HandedBack, clearLateTensors, objectKeys, type CommitPorts, type LiveState } from '@medley/domain';
import type { Logger } from '@medley/runtime';

/** So much of a run is lost at most with the worker that is at it. */
const PERIOD_MILLISECONDS = 5_000;
/** For which storage is waited for, also by a worker that shuts down. */
const PUT_MILLISECONDS = 5_000;

type Ports = Pick<CommitPorts, 'store' | 'live'>;

/** How far runs are, in S3: whoever takes one up after another worker goes on from there. What can't be kept stops no run. */
export class RunCheckpoints {
  readonly #ports: Ports;
  readonly #logger: Logger;

  constructor(ports: Ports, logger: Logger) {
    this.#ports = ports;
    this.#logger = logger;
  }

  /** What an earlier execution of this epoch has left. Throws GenerationError `storage_unavailable`, or the signal's reason. */
  async find({ request, epoch }: LiveState, signal: AbortSignal): Promise<Checkpoint | undefined> {
    const object = await this.#ports.store.get(objectKeys.checkpoint(request.id, epoch), { signal });
    if (object === undefined) return undefined;
    try {
      const checkpoint = checkpointFromBytes(object.body);
      this.#logger.info({ step: checkpoint.step }, 'the run goes on from a checkpoint');
      return checkpoint;
    } catch (error) {
      this.#logger.warn({ err: error }, 'a checkpoint could not be read; the run begins anew');
      return undefined;
    }
  }

  /** The steps of a run as they come. It is kept every few seconds, and where it is handed back. */
  async *keep({ request }: LiveState, run: RunHandle, signal: AbortSignal): AsyncGenerator<StepDone, void, undefined> {
    let due = performance.now() + PERIOD_MILLISECONDS;
    let putting: Promise<void> | undefined;
    try {
      for await (const event of run.events) {
        if (performance.now() >= due && event.step < event.steps && putting === undefined) {
          putting = this.#put(request.id, run.checkpoint()).finally(() => {
            putting = undefined;
            due = performance.now() + PERIOD_MILLISECONDS;
          });
        }
        yield event;
      }
    } finally {
      await putting;
      if (signal.reason instanceof HandedBack) await this.#put(request.id, run.checkpoint());
    }
  }

  /** One that comes too late for its generation's end goes again. */
  async #put(generation: string, checkpoint: Checkpoint): Promise<void> {
    if (checkpoint.step === 0) return;
    const { store } = this.#ports;
    const options = { contentType: 'application/octet-stream', signal: AbortSignal.timeout(PUT_MILLISECONDS) };
    const key = objectKeys.checkpoint(generation, checkpoint.epoch);
    const trouble = (error: unknown) => this.#logger.warn({ err: error }, 'trouble with a checkpoint');
    await store.put(key, checkpointBytes(checkpoint), options).catch(trouble);
    await clearLateTensors(this.#ports, generation).catch(trouble);
  }
}
