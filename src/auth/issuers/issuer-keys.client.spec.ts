import { KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalIssuer } from '../../../test/support/local-issuer.js';
import { eventually } from '../../../test/support/stack.js';
import type { SecurityEvent } from '../../security-monitoring/security-event.js';
import type { SigningAlgorithm } from '../../config/signing-algorithms.js';
import { IssuerKeysClient } from './issuer-keys.client.js';

const MINUTE = 60_000;
const TTL = 10 * MINUTE;
const yes = async (): Promise<boolean> => true;
const no = async (): Promise<boolean> => false;

let issuer: LocalIssuer;
let keys: IssuerKeysClient;
let events: SecurityEvent[];
let now: number;

beforeEach(async () => {
  issuer = await LocalIssuer.start();
  events = [];
  now = 1_800_000_000_000;
  keys = new IssuerKeysClient(
    { issuer: issuer.url },
    ['RS256', 'PS256', 'ES256'],
    (event) => events.push(event),
    () => now,
  );
});
afterEach(() => issuer.stop());

/** `ok` for a key, else the reason. */
async function ask(kid: string, alg: SigningAlgorithm = 'RS256', mayFetch = yes): Promise<string> {
  const answer = await keys.resolve(kid, alg, mayFetch);
  return answer instanceof KeyObject ? 'ok' : answer;
}

function breakIssuer(): void {
  issuer.fault = (_path, response) => Boolean(response.writeHead(500).end());
}

const outcomes = (): string[] => events.flatMap((event) => (event.name === 'issuer.keys' ? [event.outcome] : []));

describe('IssuerKeysClient', () => {
  it('fetches once and answers from memory after that [A1]', async () => {
    expect(await ask('k1')).toBe('ok');
    for (let round = 0; round < 20; round++) expect(await ask('k1')).toBe('ok');
    expect(issuer.keyFetches).toBe(1);
  });

  it('lets any number of first callers wait for one fetch [JWK-15]', async () => {
    issuer.fault = (path, response) => {
      if (path !== '/keys') return false;
      setTimeout(() => response.end(JSON.stringify({ keys: issuer.published })), 300);
      return true;
    };
    const answers = await Promise.all(Array.from({ length: 1000 }, () => ask('k1')));
    expect(new Set(answers)).toEqual(new Set(['ok']));
    expect(issuer.keyFetches).toBe(1);
  });

  it('binds a key to one algorithm [JWT-04]', async () => {
    expect(await ask('k1', 'PS256')).toBe('alg_not_allowed');
    expect(await ask('k1', 'ES256')).toBe('alg_not_allowed');
  });

  it('finds a rotated key with one more fetch and keeps the old one [JWK-01]', async () => {
    await ask('k1');
    await issuer.addKey('k2', 'RS256');
    expect(await Promise.all([ask('k2'), ask('k2'), ask('k1')])).toEqual(['ok', 'ok', 'ok']);
    expect(issuer.keyFetches).toBe(2);
  });

  it('drops a withdrawn key when the time of the set is over [JWK-02]', async () => {
    await ask('k1');
    await issuer.addKey('k2', 'RS256');
    issuer.published.shift();
    now += TTL;
    expect(await ask('k1')).toBe('unknown_kid');
    expect(await ask('k2')).toBe('ok');
  });

  it('drops every key when the issuer publishes none', async () => {
    await ask('k1');
    issuer.published = [];
    now += TTL;
    expect(await ask('k1')).toBe('unknown_kid');
    expect(keys.state()).toEqual({ usable: true, degraded: false });
  });

  it('fetches for unknown key ids once in 30 s, all of them together [JWK-03]', async () => {
    await ask('k1');
    for (let round = 0; round < 10; round++) {
      const before = issuer.keyFetches;
      const kids = Array.from({ length: 1000 }, (_, index) => `unknown-${round}-${index}`);
      const answers = await Promise.all([
        ...kids.map((kid) => ask(kid)),
        ...Array.from({ length: 20 }, () => ask('k1')),
      ]);
      expect(answers).toEqual([...Array(1000).fill('unknown_kid'), ...Array(20).fill('ok')]);
      now += 29_000;
      expect(await ask('still-unknown')).toBe('unknown_kid');
      expect(issuer.keyFetches - before).toBe(1);
      now += 2000;
    }
  });

  it('fetches ahead of the expiry without keeping anyone waiting', async () => {
    await ask('k1');
    now += 0.8 * TTL;
    issuer.fault = (path) => path === '/keys';
    expect(await ask('k1')).toBe('ok');
    await eventually(() => expect(issuer.keyFetches).toBe(2));
  });

  it('serves stale keys for an hour while the issuer fails, trying once a minute [JWK-05]', async () => {
    await ask('k1');
    breakIssuer();
    now += TTL;
    const attempts = issuer.keyFetches;
    for (let minute = 0; minute < 60; minute++) {
      expect(await ask('k1')).toBe('ok');
      now += MINUTE;
    }
    expect(issuer.keyFetches - attempts).toBeLessThanOrEqual(1);
    expect(issuer.paths.length).toBeLessThanOrEqual(65);
    expect(keys.state()).toEqual({ usable: true, degraded: true });
    expect(new Set(outcomes().slice(1))).toEqual(new Set(['stale']));
    now += MINUTE;
    await ask('k1');
    expect(await ask('k1')).toBe('idp_unavailable');
    expect(keys.state()).toEqual({ usable: false, degraded: true });
  });

  it('does not let callers wait for an issuer known to be down', async () => {
    await ask('k1');
    breakIssuer();
    now += TTL;
    await ask('k1');
    issuer.fault = () => true;
    now += MINUTE;
    const before = performance.now();
    expect(await ask('k1')).toBe('ok');
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('knows nothing but that the issuer is down when it never answered, asks again after 2 s, and heals', async () => {
    breakIssuer();
    expect(await ask('k1')).toBe('idp_unavailable');
    const attempts = issuer.paths.length;
    expect(await ask('k1')).toBe('idp_unavailable');
    expect(issuer.paths.length).toBe(attempts);
    expect(keys.state()).toEqual({ usable: false, degraded: true });
    issuer.fault = () => false;
    now += 2000;
    expect(await ask('k1')).toBe('ok');
    expect(keys.state()).toEqual({ usable: true, degraded: false });
    expect(outcomes()).toEqual(['failed', 'fetched']);
  });

  it('fetches nothing for a caller who may not cause it, and knows no key then', async () => {
    expect(await ask('k1', 'RS256', no)).toBe('unknown_kid');
    await ask('k1');
    const before = issuer.paths.length;
    expect(await ask('k2', 'RS256', no)).toBe('unknown_kid');
    expect(await ask('k1', 'RS256', no)).toBe('ok');
    expect(issuer.paths.length).toBe(before);
  });

  it('skips keys that may not verify and says which, once a fetch [JWT-36] [JWK-12]', async () => {
    await issuer.addKey('enc', 'RS256', { use: 'enc' });
    await issuer.addKey('ops', 'RS256', { use: undefined, key_ops: ['encrypt'] });
    await issuer.addKey('private', 'RS256', { d: 'AQAB' });
    issuer.published.push({ kty: 'oct', k: 'c2VjcmV0', kid: 'oct' }, { kty: 'XYZ', kid: 'odd' });
    issuer.published.push({ ...issuer.published[0], kid: 'small', n: 'u'.repeat(171) });
    for (const kid of ['enc', 'ops', 'private', 'oct', 'odd', 'small']) expect(await ask(kid)).toBe('unknown_kid');
    expect(await ask('k1')).toBe('ok');
    const details = events.flatMap((event) => (event.name === 'issuer.keys' && event.detail ? [event.detail] : []));
    expect(details.slice(0, 6)).toEqual([
      'use, kid "enc"',
      'key_ops, kid "ops"',
      'private key, kid "private"',
      'key type, kid "oct"',
      'key type, kid "odd"',
      'key size, kid "small"',
    ]);
    expect(JSON.stringify(events)).not.toContain('c2VjcmV0');
  });
});
