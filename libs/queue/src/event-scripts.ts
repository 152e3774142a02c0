import { LuaScript } from './lua-script.ts';

/**
 * Appends an event and publishes it. KEYS: stream, last previews, live state. ARGV: epoch, type, event, terminal (1 or 0),
 * entries at most, seconds to live, seconds to live after the end, channel. Answers the id and the roles of `told`, that of
 * the standing terminal event for another terminal one, or nothing for an event of an older epoch, for one after the end and for
 * an `accepted` that is not the first. A terminal event of an older epoch is logged in the latest: whoever won the commit may
 * not know of it.
 *
 * The id is explicit, `<epoch>-<sequence>`. A log begins at 0 with `accepted`; one that Redis lost begins anew at the
 * milliseconds of the clock, so that ids stay above those that clients saw, unless another epoch begins it with `accepted`.
 */
export const APPEND = new LuaScript(`
local epoch, kind, terminal = tonumber(ARGV[1]), ARGV[2], ARGV[4] == '1'
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local sequence = 0
if last then
  local lastEpoch, lastSequence = string.match(last[1], '^(%d+)-(%d+)$')
  if kind == 'accepted' then return false end
  if last[2][4] == '1' then return terminal and { last[1], '' } or false end
  if tonumber(lastEpoch) > epoch then
    if not terminal then return false end
    epoch = tonumber(lastEpoch)
  end
  if tonumber(lastEpoch) == epoch then sequence = tonumber(lastSequence) + 1 end
elseif kind ~= 'accepted' then
  local now = redis.call('TIME')
  sequence = (tonumber(now[1]) % 1000000000) * 1000 + math.floor(tonumber(now[2]) / 1000)
end
local id = epoch .. '-' .. string.format('%.0f', sequence)
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[5], id, 'e', ARGV[3], 't', ARGV[4])
redis.call('EXPIRE', KEYS[1], terminal and ARGV[7] or ARGV[6])
if terminal then redis.call('DEL', KEYS[2]) end
redis.call('PUBLISH', ARGV[8], id .. ' ' .. ARGV[3])
return { id, redis.call('HGET', KEYS[3], 'told') or '' }`);

/** Keeps a preview as the last one of its output and sample, and publishes it. ARGV: field, preview, seconds to live, channel. */
export const PREVIEW = new LuaScript(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[4], '- ' .. ARGV[2])
return 1`);
