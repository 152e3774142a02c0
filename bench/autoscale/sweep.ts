import { DEFAULT_BEHAVIOR } from './horizontal-pod-autoscaler.ts';
import { KEDA_DEFAULTS } from './keda.ts';
import type { Point } from './frontier.ts';
import { QUEUE_LENGTH, REQUEST_RATE, UTILIZATION, WORK, WORK_AND_LOAD, type Policy } from './policies.ts';
import { RECOMMENDED_SCALING } from './recommended-settings.ts';
import type { Autoscaler } from './pool-autoscaler.ts';
import { simulate, type Outcome, type Setup } from './simulate.ts';
import type { Trace } from './trace.ts';

type Manner = Pick<Autoscaler, 'behavior' | 'scaledObject'>;

/** As an HPA and a ScaledObject come, and as RECOMMENDED_SCALING has them. */
const AS_IT_COMES: Manner = { behavior: DEFAULT_BEHAVIOR, scaledObject: KEDA_DEFAULTS };
export const AS_RECOMMENDED: Manner = {
  behavior: RECOMMENDED_SCALING.behavior,
  scaledObject: { ...RECOMMENDED_SCALING.scaledObject, fallback: undefined },
};

/** Policies beside the manners in which each is run: the others have the better of two, ours has its one. */
export const CONTENDERS: readonly { policy: Policy; manners: readonly Manner[] }[] = [
  { policy: WORK_AND_LOAD, manners: [AS_RECOMMENDED] },
  { policy: WORK, manners: [AS_RECOMMENDED] },
  { policy: QUEUE_LENGTH, manners: [AS_IT_COMES, AS_RECOMMENDED] },
  { policy: UTILIZATION, manners: [AS_IT_COMES, AS_RECOMMENDED] },
  { policy: REQUEST_RATE, manners: [AS_IT_COMES, AS_RECOMMENDED] },
];

/** The wait within which a share of all runs stayed, in seconds. */
export function waitOf({ waits }: Outcome, share: number): number {
  return waits.toSorted()[Math.floor(share * waits.length)]!;
}

/** A point for each target of a policy in each of its manners. */
export function sweep(trace: Trace, { policy, manners }: (typeof CONTENDERS)[number], setup: Setup): Point[] {
  return manners.flatMap((manner) =>
    policy.targets.map((target) => {
      const outcome = simulate(trace, { policy, target, ...manner }, setup);
      return { gpuHours: outcome.gpuHours, wait: waitOf(outcome, 0.95) };
    }),
  );
}
