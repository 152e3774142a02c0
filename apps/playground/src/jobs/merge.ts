import type { Generation } from '@medley/client';

const ENDED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'canceled']);
export const hasEnded = ({ status }: Pick<Generation, 'status'>) => ENDED.has(status);

const LOOK_MILLISECONDS = 3_000;
const IDLE_LOOK_MILLISECONDS = 60_000;

/**
 * Milliseconds from one look at the list to the next. What is open changes by itself, and a look that failed is made up for
 * soon; else only other programs with this key change the list without a word to this page.
 */
export function betweenLooks({ list, trouble }: { list: readonly Generation[]; trouble: string | undefined }): number {
  return trouble === undefined && list.every(hasEnded) ? IDLE_LOOK_MILLISECONDS : LOOK_MILLISECONDS;
}

/**
 * The known generations, newest first, after the first page of the list was read. What has ended stays the object that it
 * was; what the page would hold and does not was deleted, unless it was added (`fresh`) after the page was asked for.
 */
export function mergePage(
  known: readonly Generation[],
  page: readonly Generation[],
  { whole, fresh }: { whole: boolean; fresh: ReadonlySet<string> },
): Generation[] {
  const before = new Map(known.map((generation) => [generation.id, generation]));
  const listed = new Set(page.map(({ id }) => id));
  const oldest = page.at(-1)?.created_at ?? '';
  const beyond = known.filter(
    ({ id, created_at: at }) => !listed.has(id) && (fresh.has(id) || (!whole && at < oldest)),
  );
  const read = page.map((generation) => {
    const old = before.get(generation.id);
    return old !== undefined && hasEnded(old) ? old : generation;
  });
  return [...read, ...beyond].sort((a, b) => (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : 0));
}

/** The same with one generation as it is now. */
export function withGeneration(known: readonly Generation[], generation: Generation): Generation[] {
  const rest = known.filter(({ id }) => id !== generation.id);
  const place = rest.findIndex(({ created_at: at }) => at <= generation.created_at);
  return place === -1 ? [...rest, generation] : rest.toSpliced(place, 0, generation);
}
