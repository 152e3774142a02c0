/** One byte range of RFC 9110, section 14; undefined (the whole file) for none, several or one that can't be satisfied. */
export function parseRange(header: string | undefined, bytes: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || bytes === 0) return undefined;
  const [, first, last] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return start <= end ? { start, end } : undefined;
}
