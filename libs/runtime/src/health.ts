/** Looks at one thing that the process needs. Resolves with a word or two for people, rejects with what is wrong. */
export type HealthCheck = (signal: AbortSignal) => Promise<string | void> | string | void;

export interface CheckState {
  ok: boolean;
  detail?: string;
}

export interface Readiness {
  /** `starting` until `ready()`, `draining` from the begin of the shutdown on. */
  phase: 'starting' | 'ready' | 'draining';
  /** The phase is `ready` and every check holds. */
  ready: boolean;
  checks: Record<string, CheckState>;
}

/** Milliseconds one check may take before it counts as failed. */
const CHECK_TIMEOUT_MILLISECONDS = 2_000;

/** The named health checks of a process and the phase of its life. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();
  readonly #failing = new Set<string>();
  readonly #changed: (name: string, state: CheckState) => void;
  #phase: Readiness['phase'] = 'starting';

  /** `changed` is told when a check begins to fail, and when it holds again. */
  constructor(changed: (name: string, state: CheckState) => void = () => undefined) {
    this.#changed = changed;
  }

  /** Throws when the name is taken. */
  register(name: string, check: HealthCheck): void {
    if (this.#checks.has(name)) throw new Error(`a health check named ${name} is registered already`);
    this.#checks.set(name, check);
  }

  get phase(): Readiness['phase'] {
    return this.#phase;
  }

  /** `starting` → `ready` → `draining`; draining is never left. */
  enter(phase: 'ready' | 'draining'): void {
    if (this.#phase !== 'draining') this.#phase = phase;
  }

  /** Names of the checks. */
  get names(): string[] {
    return [...this.#checks.keys()];
  }

  /** Runs all checks side by side, but those named. */
  async readiness(without: readonly string[] = []): Promise<Readiness> {
    const asked = [...this.#checks].filter(([name]) => !without.includes(name));
    const states = await Promise.all(asked.map(async ([name, check]) => [name, await run(check)] as const));
    for (const [name, state] of states) this.#note(name, state);
    return {
      phase: this.#phase,
      ready: this.#phase === 'ready' && states.every(([, state]) => state.ok),
      checks: Object.fromEntries(states),
    };
  }

  #note(name: string, state: CheckState): void {
    if (state.ok !== this.#failing.has(name)) return;
    if (state.ok) this.#failing.delete(name);
    else this.#failing.add(name);
    this.#changed(name, state);
  }
}

async function run(check: HealthCheck): Promise<CheckState> {
  const timeout = AbortSignal.timeout(CHECK_TIMEOUT_MILLISECONDS);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(new Error(`no answer within ${CHECK_TIMEOUT_MILLISECONDS} ms`)));
  });
  try {
    // A check that throws at once must not leave the late answer to nobody.
    const detail = await Promise.race([late, Promise.resolve(timeout).then(check)]);
    return { ok: true, ...(detail === undefined ? {} : { detail }) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
