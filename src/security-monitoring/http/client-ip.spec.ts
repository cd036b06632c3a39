import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientIp, limitKey, networkList } from './client-ip.js';

const trusted = networkList(['10.0.0.0/24', '192.0.2.1', '2001:db8:1::/48']);

describe('clientIp', () => {
  it.each([
    ['an untrusted peer counts itself, whatever it claims [PXY-03]', '198.51.100.7', '1.2.3.4', '198.51.100.7'],
    ['the balancer appends on the right [PXY-01]', '10.0.0.5', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['trusted hops are skipped from the right', '10.0.0.5', '1.2.3.4, 203.0.113.9, 192.0.2.1, 10.0.0.9', '203.0.113.9'],
    ['a trusted peer without the header is the client', '10.0.0.5', undefined, '10.0.0.5'],
    ['only trusted hops: the leftmost of them', '10.0.0.5', '10.0.0.7, 10.0.0.9', '10.0.0.7'],
    ['garbage ends the walk at the last address that is one', '10.0.0.5', '203.0.113.9, <evil>, 10.0.0.9', '10.0.0.9'],
    ['an empty entry is garbage', '10.0.0.5', '203.0.113.9,', '10.0.0.5'],
    ['a port is stripped', '10.0.0.5', '203.0.113.9:4711', '203.0.113.9'],
    ['brackets and port of IPv6 are stripped', '10.0.0.5', '[2001:DB8:2::1]:4711', '2001:db8:2::1'],
    ['a zone is stripped', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['a mapped peer is IPv4', '::ffff:10.0.0.5', '203.0.113.9', '203.0.113.9'],
    ['a mapped peer in hex is IPv4', '::ffff:a00:5', '203.0.113.9', '203.0.113.9'],
    ['a trusted IPv6 network', '2001:db8:1::5', '2001:db8:2::1', '2001:db8:2::1'],
    ['a vanished peer', undefined, '203.0.113.9', 'unknown'],
  ])('%s', (_, peer, header, expected) => {
    expect(clientIp(peer, header, trusted)).toBe(expected);
  });

  it('is never moved by what stands left of the first untrusted entry [PXY-01]', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.ipV4().filter((ip) => !ip.startsWith('10.0.0.') && ip !== '192.0.2.1'),
        (junk, ip) => {
          expect(clientIp('10.0.0.5', `${junk}, ${ip}`, trusted)).toBe(ip);
        },
      ),
    );
  });

  it('is an address of the header or the peer, for any header', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (header) => {
        const ip = clientIp('10.0.0.5', header, trusted);
        expect(ip === '10.0.0.5' || header.toLowerCase().includes(ip) || /[\d.]+/.test(ip)).toBe(true);
        expect(ip).not.toMatch(/[\s,<>]/);
      }),
    );
  });
});

describe('limitKey', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1:2::', '1:2:0:0::/64'],
  ])('counts %s as %s', (ip, key) => {
    expect(limitKey(ip)).toBe(key);
  });

  it('is the same for every address of a /64 and another for every other /64', () => {
    const host = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(host, host, host, (net, a, b) => {
        expect(limitKey(ipv6(net, a))).toBe(limitKey(ipv6(net, b)));
        expect(limitKey(ipv6(net ^ 1n, a))).not.toBe(limitKey(ipv6(net, a)));
      }),
    );
  });
});

function ipv6(network: bigint, host: bigint): string {
  const hex = ((network << 64n) | host).toString(16).padStart(32, '0');
  return (hex.match(/.{4}/g) ?? []).join(':');
}
