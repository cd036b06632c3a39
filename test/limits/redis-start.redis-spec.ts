import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { MINIMAL_ENV } from '../support/border-app.js';
import { redisService } from '../support/redis.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { eventually } from '../support/stack.js';
import type { RedisService } from '../../src/security-monitoring/redis/redis.service.js';
import type { SecurityEvent } from '../../src/security-monitoring/security-event.js';
import { apiKeys, type Replicas, startReplicas, statuses } from './three-replicas.js';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function connected(url: string, events: SecurityEvent[] = []): Promise<RedisService> {
  const service = redisService(loadAppConfig({ ...MINIMAL_ENV, REDIS_URL: url }), events);
  undo.push(() => service.onApplicationShutdown());
  await service.onModuleInit();
  return service;
}

/** A certificate for 127.0.0.1 that no authority vouches for. */
function selfSigned(): { readonly cert: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
  undo.push(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
  expect(spawnSync('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', cert]).status).toBe(0);
  return { cert, key };
}

describeWithRedis('a Redis that', () => {
  it('is absent at start costs nothing but exactness, and is used once it is there [LIM-04]', async () => {
    const redis = await RedisServer.prepare();
    const keys = apiKeys(2);
    const [alice = '', bob = ''] = keys;
    const replicas: Replicas = await startReplicas(keys, { REDIS_URL: redis.url, RATE_LIMIT_PER_USER: '30' });
    undo.push(() => redis.kill());
    undo.push(() => replicas.close());
    expect(replicas.states()).toEqual(['degraded', 'degraded', 'degraded']);
    const burst = async (key: string): Promise<Readonly<Record<number, number>>> =>
      statuses(await Promise.all(Array.from({ length: 90 }, (_, n) => replicas.call(n, key))));
    expect(await burst(alice)).toEqual({ 200: 30, 429: 60 });
    await redis.start();
    await eventually(() => expect(replicas.states()).toEqual(['ok', 'ok', 'ok']), 10_000);
    // What the replicas let through by themselves is counted now, when each is first asked about her again.
    expect((await burst(alice))[200] ?? 0).toBeLessThanOrEqual(2);
    expect(await burst(bob)).toEqual({ 200: 30, 429: 60 });
  });

  it('has answered counts as in time when it is this busy process that did not look', async () => {
    const redis = await RedisServer.start();
    undo.push(() => redis.kill());
    const service = await connected(redis.url);
    for (let round = 0; round < 5; round += 1) {
      const answer = service.run((client) => client.ping());
      const until = performance.now() + 120;
      while (performance.now() < until);
      expect(await answer).toBe('PONG');
    }
  });

  it('wants a user and a password gets them from REDIS_URL, and no other', async () => {
    const user = ['--user', 'cwmcp', 'on', '>pa:ss/w%rd', '~cwmcp:*', '&cwmcp:*', '+@all'];
    const redis = await RedisServer.start('--user', 'default', 'off', ...user);
    undo.push(() => redis.kill());
    const at = `@127.0.0.1:${redis.port}/2`;
    expect((await connected(`redis://cwmcp:pa%3Ass%2Fw%25rd${at}`)).state()).toBe('ok');
    const events: SecurityEvent[] = [];
    expect((await connected(`redis://cwmcp:wrong${at}`, events)).state()).toBe('degraded');
    expect(events).toEqual([{ name: 'limits.shared', outcome: 'degraded', fault: 'login_refused' }]);
  });

  it('presents a certificate is spoken to when an authority vouches for it, and not otherwise', async () => {
    const { cert, key } = selfSigned();
    const redis = await RedisServer.prepare('--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no');
    undo.push(() => redis.kill());
    await redis.start({ tls: true });
    const url = `rediss://:never-sent@127.0.0.1:${redis.port}`;
    const events: SecurityEvent[] = [];
    expect((await connected(url, events)).state()).toBe('degraded');
    expect(events).toEqual([{ name: 'limits.shared', outcome: 'degraded', fault: 'tls' }]);

    const authorities = getCACertificates('default');
    undo.push(() => setDefaultCACertificates(authorities));
    // As NODE_EXTRA_CA_CERTS does it at start.
    setDefaultCACertificates([...authorities, readFileSync(cert, 'utf8')]);
    expect((await connected(`rediss://127.0.0.1:${redis.port}`)).state()).toBe('ok');
  });
});
