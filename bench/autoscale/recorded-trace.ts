import { KINDS } from './kinds.ts';
import { toTrace, type Trace } from './trace.ts';

const HEADER = 'time,kind,seconds';

/**
 * A recorded trace: CSV of one header line, `time,kind,seconds`, and a line for each run. `time` is the second of its acceptance since the
 * recording's begin, `kind` one of KINDS, `seconds` what it kept one GPU busy for. Lines that begin with # and empty ones
 * say nothing; the order does not matter. Throws an Error that names the line, what it has and what it is to have.
 */
export function readTrace(csv: string): Trace {
  const lines = csv.split(/\r?\n/).map((text, index) => ({ text: text.trim(), number: index + 1 }));
  const [header, ...rows] = lines.filter(({ text }) => text !== '' && !text.startsWith('#'));
  if (header?.text !== HEADER)
    throw new Error(`line ${header?.number ?? 1} is "${header?.text ?? ''}"; a trace begins with "${HEADER}"`);
  return toTrace(
    rows.map(({ text, number }) => {
      const fields = text.split(',');
      if (fields.length !== 3)
        throw new Error(`line ${number} has ${fields.length} fields; it is to have 3: ${HEADER}`);
      const [time, kind, seconds] = fields as [string, string, string];
      const index = KINDS.findIndex((name) => name === kind);
      if (index < 0) throw new Error(`kind of line ${number} is "${kind}"; it is to be one of ${KINDS.join(', ')}`);
      return {
        at: positive(time, 'time', number, 0),
        index,
        seconds: positive(seconds, 'seconds', number, Number.MIN_VALUE),
      };
    }),
  );
}

function positive(text: string, field: string, line: number, least: number): number {
  const value = text === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new Error(
    `${field} of line ${line} is "${text}"; it is to be a number ${least === 0 ? 'from 0 on' : 'above 0'}`,
  );
}
