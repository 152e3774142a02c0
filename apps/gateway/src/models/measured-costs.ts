import type { BundleRef, GraphCosts } from '@medley/domain';
import type { CostRecords } from '@medley/queue';

const KNOWN_MILLISECONDS = 5_000;

/** What the workers measured of each bundle's graphs, as of a few seconds ago. Nothing while Redis is away: manifests say something too. */
export class MeasuredCosts {
  readonly #records: (bundle: BundleRef) => CostRecords;
  readonly #known = new Map<string, { costs: Promise<GraphCosts>; until: number }>();

  constructor(records: (bundle: BundleRef) => CostRecords) {
    this.#records = records;
  }

  of(bundle: BundleRef): Promise<GraphCosts> {
    const now = performance.now();
    const known = this.#known.get(bundle.digest);
    if (known !== undefined && known.until > now) return known.costs;
    const costs = this.#records(bundle)
      .read()
      .catch((): GraphCosts => ({}));
    this.#known.set(bundle.digest, { costs, until: now + KNOWN_MILLISECONDS });
    return costs;
  }
}
