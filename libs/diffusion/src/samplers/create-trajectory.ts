import { GenerationError, type SamplerName, type ScheduleSpec } from '@medley/domain';
import type { DiscreteSchedule, FlowSchedule } from '../schedule.ts';
import { ddim } from './ddim.ts';
import { dpmSolverPlusPlus2M } from './dpm-solver-plus-plus-2m.ts';
import { euler } from './euler.ts';
import { flowEuler } from './flow-euler.ts';
import type { Trajectory } from './sampler.ts';

const DISCRETE = { ddim, dpmpp_2m: dpmSolverPlusPlus2M, euler } satisfies Partial<
  Record<SamplerName, (schedule: DiscreteSchedule, steps: number) => Trajectory>
>;
const FLOW = { flow_euler: flowEuler } satisfies Partial<
  Record<SamplerName, (schedule: FlowSchedule, steps: number) => Trajectory>
>;

/** The trajectory of a sampler over a schedule. Throws GenerationError `unsupported_by_bundle` when they don't go together. */
export function createTrajectory(sampler: SamplerName, schedule: ScheduleSpec, steps: number): Trajectory {
  if (schedule.type === 'scaled_linear' && sampler in DISCRETE)
    return DISCRETE[sampler as keyof typeof DISCRETE](schedule, steps);
  if (schedule.type === 'rectified_flow' && sampler in FLOW) return FLOW[sampler as keyof typeof FLOW](schedule, steps);
  throw new GenerationError(
    'unsupported_by_bundle',
    `sampler is ${sampler}; it can't walk a ${schedule.type} schedule`,
    { pointer: '/sampler' },
  );
}
