import { cpus, loadavg } from 'node:os';

/** The value below which `share` (0…1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

/** What the figures were measured on: without it they say nothing. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu!.model}, Node ${process.version}, load average ${loadavg()[0]!.toFixed(1)} at the end`;
}

/** Rows under a line of names, numbers to the right. */
export function printTable(rows: readonly Record<string, string | number>[]): void {
  const names = Object.keys(rows[0]!);
  const shown = [names, ...rows.map((row) => names.map((name) => show(row[name]!)))];
  const widths = names.map((_, column) => Math.max(...shown.map((row) => row[column]!.length)));
  for (const row of shown) {
    const cells = row.map((cell, column) =>
      typeof rows[0]![names[column]!] === 'number' ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    );
    console.log(`  ${cells.join('  ')}`);
  }
}

/** Says for each claim whether it holds; the process then ends with 1 unless all do. */
export function judge(claims: readonly { claim: string; value: number; limit: number }[]): void {
  console.log('');
  for (const { claim, value, limit } of claims)
    console.log(`${value <= limit ? 'met   ' : 'missed'} ${claim} ≤ ${limit}: ${value.toFixed(1)}`);
  process.exitCode = claims.every(({ value, limit }) => value <= limit) ? 0 : 1;
}

const show = (value: string | number) => (typeof value === 'number' ? value.toFixed(1) : value);
