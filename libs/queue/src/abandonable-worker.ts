import { Worker, type Job } from 'bullmq';

/**
 * A BullMQ worker that can be left behind: its `close` waits for ever for a Redis that is away, and its timers go on meanwhile.
 * It also renews the lock of a job that it has taken again, after losing it, while its earlier execution of that job still ends:
 * BullMQ knows the locks to renew by their jobs alone, so that the end of the earlier execution would end the renewal.
 */
export class AbandonableWorker extends Worker {
  /** Tokens of the latest executions by their jobs. */
  readonly #latest = new Map<string, string>();

  /** Ends the timers, so that they keep no process from ending. */
  async abandon(): Promise<void> {
    await this.lockManager.close();
  }

  protected override createLockManager(): void {
    super.createLockManager();
    const { lockManager } = this;
    const untrack = lockManager.untrackJob.bind(lockManager);
    lockManager.untrackJob = (id) => {
      if (!this.#latest.has(id)) untrack(id);
    };
  }

  protected override async callProcessJob(job: Job, token: string, signal?: AbortSignal): Promise<unknown> {
    const id = job.id!;
    this.#latest.set(id, token);
    try {
      return await (super.callProcessJob(job, token, signal) as Promise<unknown>);
    } finally {
      if (this.#latest.get(id) === token) this.#latest.delete(id);
    }
  }
}
