import { BlockList, isIP, isIPv6 } from 'node:net';

/** Networks given as addresses or CIDRs, which the configuration has checked. */
export function networkList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * The address of the client: the rightmost entry of `X-Forwarded-For` that is no trusted proxy, when the socket's peer
 * is one; otherwise the peer itself.
 * SECURITY: entries further left are written by the client and never used (AWS ALB appends to the right).
 */
export function clientIp(peer: string | undefined, forwardedFor: string | undefined, trusted: BlockList): string {
  let client = normalizeAddress(peer ?? '') ?? 'unknown';
  const hops = (forwardedFor ?? '').split(',').toReversed();
  for (const hop of hops) {
    if (!isTrusted(client, trusted)) return client;
    const address = normalizeAddress(hop.trim());
    if (address === undefined) return client;
    client = address;
  }
  return client;
}

/** What limits count an address under: the IPv4 address, or the /64 of an IPv6 address (one customer's usual share). */
export function limitKey(ip: string): string {
  if (!isIPv6(ip)) return ip;
  return `${expandIpv6(ip).slice(0, 4).join(':')}::/64`;
}

/** Without port, brackets and zone; IPv4-mapped IPv6 as IPv4; undefined when it is no address. */
function normalizeAddress(text: string): string | undefined {
  const bare =
    /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text)?.[1] ?? text;
  const address = bare.split('%', 1)[0] ?? '';
  if (isIP(address) === 0) return undefined;
  return ipv4OfMapped(address) ?? address.toLowerCase();
}

function ipv4OfMapped(address: string): string | undefined {
  if (!isIPv6(address)) return undefined;
  const groups = expandIpv6(address);
  if (groups.slice(0, 5).some((group) => group !== '0') || groups[5] !== 'ffff') return undefined;
  const high = parseInt(groups[6] ?? '0', 16);
  const low = parseInt(groups[7] ?? '0', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of a valid IPv6 address, lower-case and without leading zeros (RFC 5952 section 4). */
function expandIpv6(address: string): string[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = hex.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => parseInt(group, 16).toString(16));
}

function isTrusted(address: string, trusted: BlockList): boolean {
  return isIP(address) !== 0 && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
