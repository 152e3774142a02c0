/** What of a ScaledObject decides between none and some replicas (keda.sh/docs/latest/reference/scaledobject-spec). */
export interface ScaledObject {
  /** Seconds between looks at the triggers. */
  pollingInterval: number;
  /** Seconds without an active trigger before the last replica goes; matters only where `minReplicaCount` is 0. */
  cooldownPeriod: number;
  minReplicaCount: number;
  /** A trigger is active above it. */
  activationThreshold: number;
  /** From more than so many failures of a metric in a row on, replicas as if the metric asked for so many. */
  fallback: { failureThreshold: number; replicas: number } | undefined;
}

/** The defaults of a ScaledObject. */
export const KEDA_DEFAULTS = {
  pollingInterval: 30,
  cooldownPeriod: 300,
  minReplicaCount: 0,
  activationThreshold: 0,
  fallback: undefined,
} as const satisfies ScaledObject;

/**
 * KEDA's own loop: it takes a pool from none to `minReplicaCount` (at least one) and back to none; everything between is the HPA's
 * (keda.sh/docs/latest/concepts/scaling-deployments, "Activating and Scaling thresholds"; RequestScale in
 * pkg/scaling/executor/scale_scaledobjects.go).
 */
export class Activation {
  readonly #object: Omit<ScaledObject, 'fallback'>;
  #lastActive: number | undefined;

  constructor(object: Omit<ScaledObject, 'fallback'>) {
    this.#object = object;
  }

  /** Replicas to have from `now` (seconds) on, where `value` is what the trigger that activates says. */
  poll(now: number, current: number, value: number): number {
    const { activationThreshold, cooldownPeriod, minReplicaCount } = this.#object;
    if (value > activationThreshold) {
      this.#lastActive = now;
      return current === 0 ? Math.max(minReplicaCount, 1) : current;
    }
    if (current === 0 || minReplicaCount > 0) return Math.max(current, minReplicaCount);
    const cooled = this.#lastActive === undefined || this.#lastActive + cooldownPeriod < now;
    return cooled ? 0 : current;
  }
}

/**
 * What the HPA is told of a metric of type AverageValue that may fail: after more than `failureThreshold` failures in a row, the
 * target times `fallback.replicas`; before that nothing, so that nothing changes (pkg/fallback/fallback.go).
 */
export class Fallback {
  readonly #fallback: ScaledObject['fallback'];
  #failures = 0;

  constructor({ fallback }: Pick<ScaledObject, 'fallback'>) {
    this.#fallback = fallback;
  }

  read(value: number | undefined, target: number): number | undefined {
    this.#failures = value === undefined ? this.#failures + 1 : 0;
    if (value !== undefined) return value;
    if (this.#fallback === undefined || this.#failures <= this.#fallback.failureThreshold) return undefined;
    return target * this.#fallback.replicas;
  }
}
