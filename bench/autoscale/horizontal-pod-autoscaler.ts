/** One rule of how fast replicas may come or go: `behavior.scaleUp.policies[]` of autoscaling/v2. */
interface ScalingRule {
  type: 'Pods' | 'Percent';
  value: number;
  periodSeconds: number;
}

/** `behavior.scaleUp` or `behavior.scaleDown` of autoscaling/v2. */
export interface ScalingRules {
  stabilizationWindowSeconds: number;
  policies: readonly ScalingRule[];
  selectPolicy: 'Max' | 'Min' | 'Disabled';
  /** Share by which the metric may be off its target without a change. */
  tolerance: number;
}

export interface Behavior {
  scaleUp: ScalingRules;
  scaleDown: ScalingRules;
}

/** `--horizontal-pod-autoscaler-sync-period`. */
export const SYNC_SECONDS = 15;

/**
 * What an HPA does that says nothing of it (kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Default Behavior"
 * and, for the tolerance of 0.1, "Algorithm details").
 */
export const DEFAULT_BEHAVIOR: Behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
    selectPolicy: 'Max',
    tolerance: 0.1,
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    selectPolicy: 'Max',
    tolerance: 0.1,
  },
};

/** Replicas as the Deployment names them: those that are not ready yet are among `current`. */
interface Replicas {
  current: number;
  ready: number;
}

const within = (ratio: number, { scaleUp, scaleDown }: Behavior) =>
  ratio >= 1 - scaleDown.tolerance && ratio <= 1 + scaleUp.tolerance;

/**
 * Replicas for an external metric with a target of type AverageValue, which is how KEDA hands metrics on:
 * ceil(value / target), unless value / (target × current) is within the tolerance. Pods that are not ready count as replicas
 * (GetExternalPerPodMetricReplicas in pkg/controller/podautoscaler/replica_calculator.go of Kubernetes).
 */
export function replicasForAverageValue(value: number, target: number, current: number, behavior: Behavior): number {
  if (current > 0 && within(value / (target * current), behavior)) return current;
  return Math.ceil(value / target - ROUNDING);
}

/**
 * Replicas for the mean over pods of a metric such as utilization: ceil(current × mean / target), unless the ratio is within the
 * tolerance. Before more are asked for, pods that are not ready count as using nothing, and the direction must not turn by that
 * ("Algorithm details" of the HPA's documentation; calcPlainMetricReplicas of the same file).
 */
export function replicasForPodMean(mean: number, target: number, replicas: Replicas, behavior: Behavior): number {
  const { current, ready } = replicas;
  if (ready === 0) return current;
  const ratio = mean / target;
  if (ratio <= 1 || ready === current) return within(ratio, behavior) ? current : Math.ceil(ratio * ready - ROUNDING);
  const damped = (ratio * ready) / current;
  return damped < 1 || within(damped, behavior) ? current : Math.ceil(damped * current - ROUNDING);
}

/**
 * Replicas where there are several metrics: the most that any asks for. Where one can't be read (undefined), none go for it
 * ("Algorithm details" of the HPA's documentation).
 */
export function mostReplicas(asked: readonly (number | undefined)[], current: number): number {
  const known = asked.filter((replicas) => replicas !== undefined);
  return Math.max(...known, known.length < asked.length ? current : 0);
}

/** Metrics are compared in thousandths in Kubernetes: what is above a whole number by less is none more. */
const ROUNDING = 1e-9;

interface Dated {
  at: number;
  replicas: number;
}

/**
 * The part of the HPA that is between the replicas which a metric asks for and those that the Deployment is told: stabilization
 * windows, then rules of speed, then bounds (normalizeDesiredReplicasWithBehaviors of pkg/controller/podautoscaler/horizontal.go).
 */
export class HorizontalPodAutoscaler {
  readonly #behavior: Behavior;
  readonly #bounds: { minimum: number; maximum: number };
  #asked: Dated[] = [];
  #changes: Dated[] = [];

  constructor(behavior: Behavior, bounds: { minimum: number; maximum: number }) {
    this.#behavior = behavior;
    this.#bounds = bounds;
  }

  /** Replicas to have from `now` (seconds) on, where `asked` are what the metric asks for. */
  sync(now: number, current: number, asked: number): number {
    const { minimum, maximum } = this.#bounds;
    if (current > maximum) return this.#change(now, current, maximum);
    if (current < minimum) return this.#change(now, current, minimum);
    const stable = this.#stabilize(now, current, asked);
    const limit = stable > current ? this.#most(now, current) : stable < current ? this.#least(now, current) : current;
    const paced =
      stable > current ? Math.min(stable, Math.max(limit, current)) : Math.max(stable, Math.min(limit, current));
    return this.#change(now, current, Math.min(Math.max(paced, minimum), maximum));
  }

  /** The lowest that was asked for within the window upwards, the highest within the window downwards. */
  #stabilize(now: number, current: number, asked: number): number {
    const { scaleUp, scaleDown } = this.#behavior;
    let [up, down] = [asked, asked];
    for (const { at, replicas } of this.#asked) {
      if (at > now - scaleUp.stabilizationWindowSeconds) up = Math.min(up, replicas);
      if (at > now - scaleDown.stabilizationWindowSeconds) down = Math.max(down, replicas);
    }
    const window = Math.max(scaleUp.stabilizationWindowSeconds, scaleDown.stabilizationWindowSeconds);
    this.#asked = this.#asked.filter(({ at }) => at > now - window);
    this.#asked.push({ at: now, replicas: asked });
    return Math.min(Math.max(current, up), down);
  }

  #most(now: number, current: number): number {
    const { policies, selectPolicy } = this.#behavior.scaleUp;
    if (selectPolicy === 'Disabled') return current;
    const limits = policies.map(({ type, value, periodSeconds }) => {
      const before = current - this.#changed(now, periodSeconds);
      return type === 'Pods' ? before + value : Math.ceil(before * (1 + value / 100) - ROUNDING);
    });
    return selectPolicy === 'Max' ? Math.max(...limits) : Math.min(...limits);
  }

  #least(now: number, current: number): number {
    const { policies, selectPolicy } = this.#behavior.scaleDown;
    if (selectPolicy === 'Disabled') return current;
    const limits = policies.map(({ type, value, periodSeconds }) => {
      const before = current - this.#changed(now, periodSeconds);
      return type === 'Pods' ? before - value : Math.floor(before * (1 - value / 100) + ROUNDING);
    });
    return selectPolicy === 'Max' ? Math.min(...limits) : Math.max(...limits);
  }

  /** Replicas that came less those that went in the last `seconds`. */
  #changed(now: number, seconds: number): number {
    return this.#changes.reduce((sum, { at, replicas }) => (at > now - seconds ? sum + replicas : sum), 0);
  }

  #change(now: number, current: number, next: number): number {
    const { scaleUp, scaleDown } = this.#behavior;
    const longest = Math.max(...[...scaleUp.policies, ...scaleDown.policies].map(({ periodSeconds }) => periodSeconds));
    this.#changes = this.#changes.filter(({ at }) => at > now - longest);
    if (next !== current) this.#changes.push({ at: now, replicas: next - current });
    return next;
  }
}
