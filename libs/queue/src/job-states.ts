import type { Redis } from 'ioredis';
import { z } from 'zod';
import { QUEUE_PREFIX, type SeenJob } from '@medley/domain';
import type { GenerationJob } from './generation-jobs.ts';
import { LuaScript } from './lua-script.ts';

/** For each (queue key, job id): its state and the reason of a failure. An active job is live only under its lock. */
const LOOK = new LuaScript(`
local answers = {}
for index = 1, #ARGV, 2 do
  local queue, id = ARGV[index], ARGV[index + 1]
  local job = queue .. id
  local state, reason = 'stale', ''
  if redis.call('EXISTS', job) == 0 then
    state = 'absent'
  elseif redis.call('ZSCORE', queue .. 'completed', id) then
    state = 'completed'
  elseif redis.call('ZSCORE', queue .. 'failed', id) then
    state = 'failed'
    reason = redis.call('HGET', job, 'failedReason') or ''
  elseif redis.call('ZSCORE', queue .. 'prioritized', id) or redis.call('ZSCORE', queue .. 'waiting-children', id)
    or redis.call('ZSCORE', queue .. 'delayed', id) or redis.call('EXISTS', job .. ':lock') == 1
    or redis.call('LPOS', queue .. 'wait', id) then
    state = 'live'
  end
  answers[#answers + 1] = { state, reason }
end
return answers`);

const answers = z.array(z.tuple([z.enum(['absent', 'live', 'stale', 'completed', 'failed']), z.string()]));

/** Why a job failed that killed its workers. */
export const DEADLY = 'its workers died while they ran it alone';

/** Also what BullMQ writes as the reason when it gives a job up by itself: it was started, or stalled, too often. */
const GIVEN_UP = new Set([DEADLY, 'job started more than allowable limit', 'job stalled more than allowable limit']);

export type JobStates = Map<string, SeenJob>;

/** States of the jobs by id, seen at one moment. */
export async function readJobStates(redis: Redis, jobs: readonly GenerationJob[]): Promise<JobStates> {
  const places = jobs.flatMap((job) => [`${QUEUE_PREFIX}:${job.queue}:`, job.id]);
  const seen = answers.parse(await LOOK.run(redis, [], places));
  return new Map(
    jobs.map((job, index) => {
      const [state, reason] = seen[index]!;
      const why = GIVEN_UP.has(reason) ? { crashed: true as const } : reason === '' ? {} : { reason };
      return [job.id, { stage: job.stage, state, ...why }];
    }),
  );
}
