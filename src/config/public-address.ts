import { BlockList, isIP, isIPv6 } from 'node:net';

/** Addresses that no router of the internet forwards (RFC 6890), all of them by `0.0.0.0` and `::`. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6');

/** A literal address that strangers can reach; a name or "all addresses" says nothing about that. */
export function isPublicAddress(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) !== 0 && !PRIVATE.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
}
