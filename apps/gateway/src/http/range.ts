import { GenerationError } from '@medley/domain';

/**
 * One byte range of RFC 9110, section 14; undefined (the whole file) for none, several or one of another form. Throws
 * GenerationError `range_not_satisfiable` for one that lies behind the end.
 */
export function parseRange(header: string | undefined, bytes: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (start > end)
    throw new GenerationError('range_not_satisfiable', `Range is "${header}"; the file has ${bytes} bytes`);
  return { start, end };
}
