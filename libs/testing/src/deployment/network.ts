import { matches, ofKind, workloadsOf, type Labels, type Manifest } from './manifests.ts';

interface Peer {
  podSelector?: { matchLabels?: Labels };
  namespaceSelector?: { matchLabels: Labels };
  ipBlock?: { cidr: string };
}
interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports: { port: number }[];
}
interface Policy extends Manifest {
  spec: { podSelector: { matchLabels?: Labels }; policyTypes: string[]; ingress?: Rule[]; egress?: Rule[] };
}

const COMPONENT = 'app.kubernetes.io/component';

/**
 * Calls that the policies let through, as `from → to:port`, each by its own side: ours are named by their component,
 * others by their namespace or network.
 */
export function allowedCalls(manifests: readonly Manifest[]): { ingress: string[]; egress: string[] } {
  const pods = workloadsOf(manifests).map(({ spec }) => spec.template.metadata.labels);
  const policies = ofKind<Policy>(manifests, 'NetworkPolicy');
  const named = ({ podSelector, namespaceSelector, ipBlock }: Peer): string[] => {
    if (ipBlock !== undefined) return [ipBlock.cidr];
    if (namespaceSelector !== undefined) return [namespaceSelector.matchLabels['kubernetes.io/metadata.name']!];
    return componentsOf(pods, podSelector);
  };
  const calls = (
    rules: Rule[] | undefined,
    peers: (rule: Rule) => Peer[],
    line: (peer: string, port: number) => string,
  ) =>
    (rules ?? []).flatMap((rule) =>
      peers(rule).flatMap((peer) => named(peer).flatMap((name) => rule.ports.map(({ port }) => line(name, port)))),
    );
  const unique = (lines: string[]) => [...new Set(lines)].sort();
  return {
    ingress: unique(
      policies.flatMap(({ spec }) =>
        componentsOf(pods, spec.podSelector).flatMap((own) =>
          calls(
            spec.ingress,
            ({ from }) => from!,
            (peer, port) => `${peer} → ${own}:${port}`,
          ),
        ),
      ),
    ),
    egress: unique(
      policies.flatMap(({ spec }) =>
        componentsOf(pods, spec.podSelector).flatMap((own) =>
          calls(
            spec.egress,
            ({ to }) => to!,
            (peer, port) => `${own} → ${peer}:${port}`,
          ),
        ),
      ),
    ),
  };
}

/** Whether everything is forbidden that no other policy allows. */
export function deniesByDefault(manifests: readonly Manifest[]): boolean {
  return ofKind<Policy>(manifests, 'NetworkPolicy').some(
    ({ spec: { podSelector, policyTypes, ingress, egress } }) =>
      Object.keys(podSelector).length === 0 &&
      policyTypes.join() === 'Ingress,Egress' &&
      ingress === undefined &&
      egress === undefined,
  );
}

function componentsOf(pods: readonly Labels[], selector: { matchLabels?: Labels } = {}): string[] {
  const found = pods.filter((labels) => matches(selector.matchLabels ?? {}, labels));
  return [...new Set(found.map((labels) => labels[COMPONENT]!))];
}
