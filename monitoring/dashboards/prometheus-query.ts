/** Labels by which series are told apart, and the selector of those that are meant, without braces. */
interface Of {
  by?: readonly string[];
  where?: string;
}

const grouping = (labels: readonly string[]) => (labels.length === 0 ? '' : ` by (${labels.join(', ')})`);
const selector = (where: string | undefined) => (where === undefined ? '' : `{${where}}`);
/** Grafana puts a window there that holds four scrapes at least. */
const WINDOW = '[$__rate_interval]';

/** How much a counter, or the `_sum` or `_count` of a histogram, grows each second. */
export function perSecond(counter: string, { by = [], where }: Of = {}): string {
  return `sum${grouping(by)} (rate(${counter}${selector(where)}${WINDOW}))`;
}

/** How much a counter grows within a window, such as `1h`. */
export function within(counter: string, window: string, { by = [], where }: Of = {}): string {
  return `sum${grouping(by)} (increase(${counter}${selector(where)}[${window}]))`;
}

/** The value below which `share` (0…1) of what a histogram saw lie. Nothing where it saw nothing. */
export function quantile(share: number, histogram: string, { by = [], where }: Of = {}): string {
  return `histogram_quantile(${share}, ${perSecond(`${histogram}_bucket`, { by: ['le', ...by], ...(where === undefined ? {} : { where }) })}) >= 0`;
}

/** What a histogram saw on average. Nothing where it saw nothing. */
export function mean(histogram: string, of: Of = {}): string {
  return `${perSecond(`${histogram}_sum`, of)} / (${perSecond(`${histogram}_count`, of)} > 0)`;
}

/** A gauge that every gateway says the same of. */
export function saidByAll(gauge: string, { by = [], where }: Of = {}): string {
  return `max${grouping(by)} (${gauge}${selector(where)})`;
}

/** A gauge that each process has its part of. */
export function sumOf(gauge: string, { by = [], where }: Of = {}): string {
  return `sum${grouping(by)} (${gauge}${selector(where)})`;
}
