import type { AppProcess } from '@medley/testing';
import type { Cluster } from '@medley/testing/cluster';

/** One replica: the process once it is ready, and whether that is so. */
interface Replica {
  started: Promise<AppProcess>;
  ready: boolean;
}

/** The diffusion workers of a cluster, as a ReplicaSet has them: who came last goes first, told by SIGTERM. */
export class WorkerPool {
  readonly #cluster: Cluster;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #replicas: Replica[] = [];
  /** Exit codes of those that were told to go. */
  readonly #ends: Promise<number | null>[] = [];
  /** Every size that it was brought to, in order. */
  readonly sizes: number[] = [];

  constructor(cluster: Cluster, variables: Readonly<Record<string, string>>) {
    this.#cluster = cluster;
    this.#variables = variables;
  }

  /** Workers that were not told to go, those that start included. */
  get size(): number {
    return this.#replicas.length;
  }

  /** Those that take jobs. */
  get ready(): number {
    return this.#replicas.filter(({ ready }) => ready).length;
  }

  resize(size: number): void {
    if (size === this.size) return;
    while (this.size < size) this.#replicas.push(this.#start());
    while (this.size > size) {
      const { started } = this.#replicas.pop()!;
      this.#ends.push(started.then((worker) => worker.end('SIGTERM')));
    }
    this.sizes.push(size);
  }

  /** Resolves when all that were asked for are ready. */
  async whole(): Promise<AppProcess[]> {
    return Promise.all(this.#replicas.map(({ started }) => started));
  }

  /** Exit codes of all that were told to go, once they are gone. */
  async ended(): Promise<(number | null)[]> {
    return Promise.all(this.#ends);
  }

  #start(): Replica {
    const started = this.#cluster.run('diffusion-worker', { variables: this.#variables });
    const replica = { started, ready: false };
    void started.then(() => (replica.ready = true));
    return replica;
  }
}
