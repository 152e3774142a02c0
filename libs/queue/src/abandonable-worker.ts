import { Worker } from 'bullmq';

/** A BullMQ worker that can be left behind: its `close` waits for ever for a Redis that is away, and its timers go on meanwhile. */
export class AbandonableWorker extends Worker {
  /** Ends the timers, so that they keep no process from ending. */
  async abandon(): Promise<void> {
    await this.lockManager.close();
  }
}
