import { liveState, progressRoles, type GenerationRequest, type LiveState, type LiveStatePatch } from '@medley/domain';

/** Maps of the live state; each entry is a field `<map>.<key>` of the hash, so that entries are written independently. */
const MAPS = ['assets', 'embeddings', 'latents', 'outputs', 'timings'] as const;

/** The fields of a fresh state. `told`: roles of the notify jobs that an event of progress calls for; scripts read it. */
export function freshFields(request: GenerationRequest, epoch: number): string[] {
  const told = progressRoles(request).join(',');
  const fields = ['request', JSON.stringify(request), 'epoch', String(epoch), 'status', 'queued'];
  return told === '' ? fields : [...fields, 'told', told];
}

/** The fields that a patch sets, `status` aside: names and values in turns. */
export function patchFields({ status: _status, ...patch }: LiveStatePatch): string[] {
  const fields: string[] = [];
  if (patch.turn !== undefined) fields.push('turn', String(patch.turn));
  if (patch.work !== undefined) fields.push('work', String(patch.work));
  if (patch.progress !== undefined) fields.push('progress', JSON.stringify(patch.progress));
  for (const map of MAPS) {
    for (const [key, value] of Object.entries(patch[map] ?? {})) fields.push(`${map}.${key}`, JSON.stringify(value));
  }
  return fields;
}

/** `now`: milliseconds by the clock of Redis. Undefined for a hash that does not exist. Throws ZodError for one that another release wrote in another form. */
export function parseFields(hash: Record<string, string>, now: number): LiveState | undefined {
  const { request, epoch, begun, status, turn, work, progress, ...entries } = hash;
  if (request === undefined) return undefined;
  const maps: Record<string, Record<string, unknown>> = Object.fromEntries(MAPS.map((map) => [map, {}]));
  for (const [field, value] of Object.entries(entries)) {
    const dot = field.indexOf('.');
    const map = maps[field.slice(0, dot)];
    if (map !== undefined) map[field.slice(dot + 1)] = JSON.parse(value) as unknown;
  }
  return liveState.parse({
    request: JSON.parse(request) as unknown,
    epoch: Number(epoch),
    status,
    ...(begun === undefined ? {} : { elapsed: now - Number(begun) }),
    ...(turn === undefined ? {} : { turn: Number(turn) }),
    ...(work === undefined ? {} : { work: Number(work) }),
    ...(progress === undefined ? {} : { progress: JSON.parse(progress) as unknown }),
    ...maps,
  });
}
