import type { Runtime } from './boot.ts';
import type { WorkerSample } from './fetch-watchdog.ts';
import type { Resource } from './shutdown.ts';

/** Takes the jobs of one queue. */
export interface JobTaker extends Resource {
  /** Resolves when it fetches. */
  ready(): Promise<void>;
  sample(): Promise<WorkerSample>;
}

/** Hands a taker of jobs to the process: resolves when it fetches; from then on it is watched that it goes on to. */
export async function takeJobs(runtime: Runtime, name: string, taker: JobTaker): Promise<void> {
  runtime.register(name, taker);
  await taker.ready();
  runtime.watchFetching(name, () => taker.sample());
}
