import ipaddr from 'ipaddr.js';

/** All that IPv6 has given out for the public; outside it lie ways to write an IPv4 address, and what is to come. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Public by its number, and answered by the host of any virtual machine in Azure: its own network. */
const OF_THE_CLOUD: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether an IP address is one of the public Internet: no private, local, shared, documentation, multicast or reserved
 * one, and none that holds another address inside (IPv4-mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  const parsed = parse(address);
  if (parsed?.range() !== 'unicast' || OF_THE_CLOUD.has(parsed.toString())) return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST);
}

/** `127.0.0.0/8` and `::1`; an IPv4 address that is written as one of IPv6 is not read. */
export function isLoopbackAddress(address: string): boolean {
  return parse(address)?.range() === 'loopback';
}

function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // It reads `127.1` and `0x7f000001` too. The resolver and URL never write them so, and they are no public addresses.
  return ipaddr.isValid(address) ? ipaddr.parse(address) : undefined;
}
