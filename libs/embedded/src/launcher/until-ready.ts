import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { LauncherError } from './launcher-error.ts';
import type { ManagedProcess } from './managed-process.ts';

const LIMIT_MILLISECONDS = 180_000;
const PAUSE_MILLISECONDS = 50;

const readiness = z.object({
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

/** Resolves when the process answers 200 on /readyz. Throws LauncherError with the checks that fail when that takes too long. */
export async function untilReady(started: ManagedProcess): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MILLISECONDS);
  for (let failing = 'it does not answer'; ; await delay(PAUSE_MILLISECONDS)) {
    try {
      const response = await fetch(`${started.listening!.health}/readyz`, { signal: limit });
      if (response.ok) return;
      failing = describe(await response.json());
    } catch {
      // It is being started again, or the time is over.
    }
    if (limit.aborted)
      throw new LauncherError(`${started.name} is not ready after ${LIMIT_MILLISECONDS / 1000} s: ${failing}`);
  }
}

function describe(body: unknown): string {
  const { data } = readiness.safeParse(body);
  const wrong = Object.entries(data?.checks ?? {}).filter(([, { ok }]) => !ok);
  return wrong.map(([name, { detail = 'fails' }]) => `${name}: ${detail}`).join(', ') || 'it starts still';
}
