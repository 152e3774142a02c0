import ipaddr from 'ipaddr.js';

/** Ranges of ipaddr.js that carry another address inside, and where its four bytes lie. */
const EMBEDDED: Record<string, number> = { ipv4Mapped: 12, rfc6145: 12, rfc6052: 12, '6to4': 2 };

/**
 * Whether an IP address is a public unicast one, embedded IPv4 addresses (mapped, compatible `::a.b.c.d`, NAT64, 6to4)
 * included. `allowed` holds addresses or CIDR networks that pass all the same.
 */
export function isPublicAddress(address: string, allowed: readonly string[] = []): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (allowed.some((network) => contains(network, parsed))) return true;
  if (parsed.kind() === 'ipv4') return parsed.range() === 'unicast';
  const range = parsed.range();
  const bytes = parsed.toByteArray();
  const at = EMBEDDED[range] ?? (bytes.slice(0, 12).every((byte) => byte === 0) ? 12 : undefined);
  if (at !== undefined) return new ipaddr.IPv4(bytes.slice(at, at + 4)).range() === 'unicast';
  return range === 'unicast';
}

function contains(network: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const cidr = network.includes('/')
    ? network
    : ipaddr.isValid(network)
      ? `${network}/${network.includes(':') ? 128 : 32}`
      : undefined;
  if (cidr === undefined) return false;
  const [base, bits] = ipaddr.parseCIDR(cidr);
  return base.kind() === address.kind() && address.match(base, bits);
}
