import { QUEUE_PREFIX, generationWork, poolName, type GenerationRequest } from '@medley/domain';
import { ingestRoles } from './generation-jobs.ts';
import { LuaScript } from './lua-script.ts';

/**
 * Fields of a fresh live state that scripts alone read: `pool`; `rows.<stage>.<role>`, the rows by graph of a job, or of one step of
 * diffusion; `steps`; `fetched`, the roles of encoding that wait for a fetch.
 */
export function poolFields(request: GenerationRequest): string[] {
  const { encode, step, steps, decode } = generationWork(request);
  const rows = [
    ...encode.map((of, role) => [`rows.encode.${role}`, of] as const),
    ['rows.diffuse.0', step] as const,
    ...decode.map((of, role) => [`rows.decode.${role}`, of] as const),
  ];
  return [
    ...['pool', poolName(request.bundle), 'steps', String(steps), 'fetched', ingestRoles(request).join(',')],
    ...rows.flatMap(([field, of]) => [field, JSON.stringify(of)]),
  ];
}

/**
 * What the pools of a bundle have to do is kept by the scripts that move its generations: `work:<pool>` holds the rows that are left,
 * `<stage> <graph>` each, and how many generations are open; `wait:<stage>.<pool>` the ids of the jobs that could start, by
 * the millisecond since which they could. A live state says in `left.<stage>.<role>` how often its rows are counted there: a
 * script sets that to what it has to be, so doing it twice changes nothing.
 */
export const POOL_FUNCTIONS = `
local function now()
  local time = redis.call('TIME')
  return time[1] .. string.format('%03d', math.floor(time[2] / 1000))
end

local function setLeft(live, unit, times)
  local state = redis.call('HMGET', live, 'pool', 'left.' .. unit, 'rows.' .. unit)
  local before = tonumber(state[2] or '0')
  if not state[1] or not state[3] or before == times then return false end
  for graph, count in pairs(cjson.decode(state[3])) do
    local field = string.match(unit, '^%a+') .. ' ' .. graph
    redis.call('HINCRBY', '${QUEUE_PREFIX}.work:' .. state[1], field, count * (times - before))
  end
  if times == 0 then redis.call('HDEL', live, 'left.' .. unit) else redis.call('HSET', live, 'left.' .. unit, times) end
  return true
end

local function place(live, generation, unit)
  local stage, role = string.match(unit, '^(%a+)%.(%d+)$')
  local state = redis.call('HMGET', live, 'pool', 'epoch')
  if not state[1] then return nil end
  return '${QUEUE_PREFIX}.wait:' .. stage .. '.' .. state[1], generation .. '-e' .. state[2] .. '-' .. stage .. '-' .. role
end

local function ready(live, generation, unit)
  local line, job = place(live, generation, unit)
  if line then redis.call('ZADD', line, 'NX', now(), job) end
end

local function done(live, generation, unit)
  local line, job = place(live, generation, unit)
  if line then redis.call('ZREM', line, job) end
  return setLeft(live, unit, 0)
end

local function fieldsOf(live, pattern)
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', live)) do
    local unit = string.match(field, pattern)
    if unit then found[#found + 1] = unit end
  end
  return found
end

local function enterPool(live, generation)
  local state = redis.call('HMGET', live, 'pool', 'steps', 'fetched')
  if not state[1] then return end
  redis.call('HINCRBY', '${QUEUE_PREFIX}.work:' .. state[1], 'open', 1)
  redis.call('SADD', '${QUEUE_PREFIX}.pools', state[1])
  local fetched = {}
  for role in string.gmatch(state[3], '%d+') do fetched[role] = true end
  for _, role in ipairs(fieldsOf(live, '^rows%.encode%.(%d+)$')) do
    setLeft(live, 'encode.' .. role, 1)
    if not fetched[role] then ready(live, generation, 'encode.' .. role) end
  end
  setLeft(live, 'diffuse.0', tonumber(state[2]))
end

local function acceptWork(key, pool, seconds)
  for stage, work in pairs(seconds) do
    if tonumber(work) > 0 then redis.call('HINCRBYFLOAT', key, pool .. ' ' .. stage, work) end
  end
end

local function leavePool(live, generation)
  local pool = redis.call('HGET', live, 'pool')
  if not pool then return end
  for _, unit in ipairs(fieldsOf(live, '^rows%.(.+)$')) do done(live, generation, unit) end
  redis.call('HINCRBY', '${QUEUE_PREFIX}.work:' .. pool, 'open', -1)
  redis.call('HDEL', live, 'pool')
end

local function note(live, generation, field, value)
  local map, role = string.match(field, '^(%a+)%.(%d+)$')
  if map == 'assets' then
    if redis.call('HEXISTS', live, 'left.encode.' .. role) == 1 then ready(live, generation, 'encode.' .. role) end
  elseif map == 'embeddings' then
    local last = done(live, generation, 'encode.' .. role) and #fieldsOf(live, '^(left%.encode%..*)$') == 0
    if last then ready(live, generation, 'diffuse.0') end
  elseif map == 'latents' then
    done(live, generation, 'diffuse.0')
    local stored = redis.call('HEXISTS', live, 'outputs.' .. role) == 1
    if not stored and setLeft(live, 'decode.' .. role, 1) then ready(live, generation, 'decode.' .. role) end
  elseif map == 'outputs' then
    done(live, generation, 'decode.' .. role)
  elseif field == 'progress' and redis.call('HEXISTS', live, 'latents.0') == 0 then
    local progress = cjson.decode(value)
    setLeft(live, 'diffuse.0', math.max(progress.steps - progress.step, 0))
  end
end
`;

/** A job starts: it waits no more. KEYS: the line. ARGV: the job. Answers for how many milliseconds it did; nothing for one that did not. */
export const START_JOB = new LuaScript(`${POOL_FUNCTIONS}
local since = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not since then return false end
redis.call('ZREM', KEYS[1], ARGV[1])
return math.max(tonumber(now()) - tonumber(since), 0)`);

/**
 * A job that had started waits again. KEYS: the line, live state, lock of the job. ARGV: the job, 1 where the lock is its own and goes, then the
 * statuses of an end.
 */
export const JOB_AGAIN = new LuaScript(`${POOL_FUNCTIONS}
local state = redis.call('HMGET', KEYS[2], 'status', 'pool')
if not state[2] then return 0 end
for index = 3, #ARGV do if state[1] == ARGV[index] then return 0 end end
if ARGV[2] ~= '1' and redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
return redis.call('ZADD', KEYS[1], 'NX', now(), ARGV[1])`);

/** Deletes a live state, and takes what it was counted for out of its pool. KEYS: the state. ARGV: the generation. */
export const REMOVE_STATE = new LuaScript(`${POOL_FUNCTIONS}
leavePool(KEYS[1], ARGV[1])
return redis.call('DEL', KEYS[1])`);

/**
 * What every pool has to do. KEYS: the pools. ARGV: the stages. Answers for each: its name, the fields of its work, what its graphs cost,
 * and for each stage how many jobs wait and for how many milliseconds the first of them has. One that has nothing to do is forgotten.
 */
export const READ_POOLS = new LuaScript(`${POOL_FUNCTIONS}
local answers, time = {}, tonumber(now())
for _, pool in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local work, idle = redis.call('HGETALL', '${QUEUE_PREFIX}.work:' .. pool), true
  for index = 2, #work, 2 do if work[index] ~= '0' then idle = false end end
  local waits = {}
  for _, stage in ipairs(ARGV) do
    local line = '${QUEUE_PREFIX}.wait:' .. stage .. '.' .. pool
    local first = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')
    if first[1] then idle = false end
    waits[#waits + 1] = { redis.call('ZCARD', line), first[2] and math.max(time - tonumber(first[2]), 0) or 0 }
  end
  if idle then
    redis.call('DEL', '${QUEUE_PREFIX}.work:' .. pool)
    redis.call('SREM', KEYS[1], pool)
  end
  answers[#answers + 1] = { pool, work, redis.call('HGETALL', '${QUEUE_PREFIX}.costs:' .. pool), waits }
end
return answers`);
