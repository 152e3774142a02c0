import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppProcess } from './app-process.ts';
import type { Cluster, ClusterApp, ClusterPlace } from './cluster.ts';
import { wantsNamespaces } from './env.ts';
import { FaultProxy } from './fault-proxy.ts';

const MAKE_CERTIFICATES = fileURLToPath(new URL('../../../docker/make-certificates.sh', import.meta.url));

/** A number of this process, for the names and addresses of its networks. */
const OWN = process.pid % 250;
function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** What a host is here: a network namespace where the test may make one, an address of the loopback where it may not. */
export const HOST_KIND = wantsNamespaces() && mayMakeNamespaces() ? 'network namespace' : 'loopback address';

function mayMakeNamespaces(): boolean {
  const name = `medley-try-${OWN}`;
  try {
    run('ip', 'netns', 'add', name);
    run('nsenter', `--net=/run/netns/${name}`, 'true');
    return true;
  } catch {
    return false;
  } finally {
    try {
      run('ip', 'netns', 'del', name);
    } catch {
      // There is none.
    }
  }
}

/** Other hosts than that of the gateway, Redis and S3, which is the test's own. */
export class Hosts {
  readonly #cluster: Cluster;
  readonly #certificates: string;
  readonly #open: (() => void | Promise<void>)[];

  private constructor(cluster: Cluster, certificates: string) {
    this.#cluster = cluster;
    this.#certificates = certificates;
    this.#open = [() => rm(certificates, { recursive: true })];
    if (HOST_KIND === 'loopback address') return;
    run('ip', 'link', 'add', bridge, 'type', 'bridge');
    this.#open.push(() => run('ip', 'link', 'del', bridge));
    run('ip', 'addr', 'add', `${address(1)}/24`, 'dev', bridge);
    run('ip', 'link', 'set', bridge, 'up');
  }

  /** The network, and certificates for the workers. */
  static async start(cluster: Cluster): Promise<Hosts> {
    const folder = await mkdtemp(join(tmpdir(), 'medley-hosts-'));
    run('sh', MAKE_CERTIFICATES, folder);
    return new Hosts(cluster, folder);
  }

  /** `number`: 2…254, of each host another. */
  async add(number: number): Promise<Host> {
    const { redis, storage } = this.#cluster.stores;
    const here = HOST_KIND === 'loopback address' ? '127.0.0.1' : address(1);
    const targets = [redis.url, storage.options.endpoint].map((url) => new URL(url).host);
    const proxies = await Promise.all(targets.map((target) => FaultProxy.start(target, [], here)));
    this.#open.push(...proxies.map((proxy) => () => proxy.close()));
    const [redisProxy, storageProxy] = proxies as [FaultProxy, FaultProxy];
    const stores = {
      redis: { url: `redis://${redisProxy.address}` },
      storage: { options: { ...storage.options, endpoint: `http://${storageProxy.address}` } },
    };
    const file = (name: string) => join(this.#certificates, name);
    const certificates = {
      GRPC_TLS_AUTHORITY: file('ca.crt'),
      GRPC_TLS_CERTIFICATE: file('worker.crt'),
      GRPC_TLS_KEY: file('worker.key'),
    };
    const host = address(number);
    const variables = { HOST: host, GRPC_HOST: host, ...certificates };
    const link = HOST_KIND === 'loopback address' ? new HeldLink(proxies) : new NamespaceLink(number);
    this.#open.push(() => link.close());
    return new Host(this.#cluster, { stores, variables, through: link.through }, link);
  }

  /** After the processes on them have ended. */
  async close(): Promise<void> {
    for (const close of this.#open.reverse()) await close();
  }
}

/** Where workers run, with one way to everything else. */
export class Host {
  readonly #cluster: Cluster;
  readonly #place: ClusterPlace;
  readonly #link: Link;
  readonly #processes: AppProcess[] = [];

  constructor(cluster: Cluster, place: ClusterPlace, link: Link) {
    this.#cluster = cluster;
    this.#place = place;
    this.#link = link;
  }

  async run(app: ClusterApp, variables: Readonly<Record<string, string>> = {}): Promise<AppProcess> {
    const place = { ...this.#place, variables: { ...this.#place.variables, ...variables } };
    const started = await this.#cluster.run(app, place);
    this.#processes.push(started);
    return started;
  }

  /** Nothing goes there or comes from there any more, and nobody is told. */
  cut(): void {
    this.#link.cut(this.#processes);
  }

  mend(): void {
    this.#link.mend(this.#processes);
  }
}

interface Link {
  readonly through: readonly string[];
  cut(processes: readonly AppProcess[]): void;
  mend(processes: readonly AppProcess[]): void;
  close(): void;
}

const bridge = `medley${OWN}`;
/** Of a range that is kept for tests of networks (RFC 2544), or of the loopback. */
const address = (number: number) => (HOST_KIND === 'loopback address' ? '127.0.0.' : `198.18.${OWN}.`) + number;

/** The cable of a network namespace. */
class NamespaceLink implements Link {
  readonly #name: string;
  readonly #cable: string;

  constructor(number: number) {
    this.#name = `medley-${OWN}-${number}`;
    this.#cable = `medley${OWN}-${number}`;
    run('ip', 'netns', 'add', this.#name);
    run('ip', 'link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.#name);
    run('ip', 'link', 'set', this.#cable, 'master', bridge, 'up');
    const inside = (...args: string[]) => run('ip', '-n', this.#name, ...args);
    inside('addr', 'add', `${address(number)}/24`, 'dev', 'eth0');
    inside('link', 'set', 'eth0', 'up');
    inside('link', 'set', 'lo', 'up');
  }

  get through(): string[] {
    return ['nsenter', `--net=/run/netns/${this.#name}`];
  }

  cut(): void {
    run('ip', 'link', 'set', this.#cable, 'down');
  }

  mend(): void {
    run('ip', 'link', 'set', this.#cable, 'up');
  }

  close(): void {
    run('ip', 'netns', 'del', this.#name);
  }
}

/** The ways to Redis and S3 are held up, and the processes stand still: others ask them for tensors by another way. */
class HeldLink implements Link {
  readonly through = [];
  readonly #proxies: readonly FaultProxy[];

  constructor(proxies: readonly FaultProxy[]) {
    this.#proxies = proxies;
  }

  cut(processes: readonly AppProcess[]): void {
    for (const proxy of this.#proxies) proxy.hold();
    for (const { id } of processes) process.kill(id, 'SIGSTOP');
  }

  mend(processes: readonly AppProcess[]): void {
    for (const { id } of processes) process.kill(id, 'SIGCONT');
    for (const proxy of this.#proxies) proxy.release();
  }

  close(): void {}
}
