import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalIssuer } from '../support/local-issuer.js';
import { MatrixApp, RESOURCE } from '../support/matrix-app.js';

/** `npm run test:flood` makes it 10,000. */
const UNKNOWN_KEY_IDS = Number(process.env['FLOOD_KEY_IDS'] ?? 1500);
/** Latencies are compared when nothing else runs on the machine. */
const ALONE = process.env['FLOOD_KEY_IDS'] !== undefined;
const USERS = 20;
const FLOOD_PER_SECOND = 250;
const USER_PAUSE_MS = 100;
const COOLDOWN_MS = 30_000;

let issuer: LocalIssuer;
let app: MatrixApp;
let users: string[];

beforeAll(async () => {
  issuer = await LocalIssuer.start();
  app = await MatrixApp.start({ OIDC_ISSUER: issuer.url, OAUTH_AUDIENCE: RESOURCE });
  users = await Promise.all(
    Array.from({ length: USERS }, (_, index) => issuer.sign({ aud: RESOURCE, sub: `user-${index}` })),
  );
  for (const user of users) app.expectAccepted(await app.present(user));
});
afterAll(async () => {
  await app.close();
  await issuer.stop();
});

interface Served {
  readonly failures: number;
  readonly p99Ms: number;
}

/** The users, each with a request every 100 ms, for as long as `beside` lasts. */
async function serveUsers(beside: Promise<unknown>): Promise<Served> {
  const latencies: number[] = [];
  let failures = 0;
  const over = new AbortController();
  void beside.finally(() => over.abort());
  const use = async (token: string): Promise<void> => {
    while (!over.signal.aborted) {
      const begun = performance.now();
      const { status } = await app.send(`Bearer ${token}`);
      latencies.push(performance.now() - begun);
      if (status !== 200) failures += 1;
      await new Promise((resolve) => setTimeout(resolve, USER_PAUSE_MS));
    }
  };
  await Promise.all(users.map(use));
  latencies.sort((a, b) => a - b);
  return { failures, p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Infinity };
}

/** So many requests at a steady rate; answers their statuses. */
async function flood(count: number, authorization: (index: number) => string): Promise<ReadonlySet<number>> {
  const statuses = new Set<number>();
  const begun = performance.now();
  const sent: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const ahead = (index / FLOOD_PER_SECOND) * 1000 - (performance.now() - begun);
    if (ahead > 1) await new Promise((resolve) => setTimeout(resolve, ahead));
    sent.push(app.send(authorization(index)).then(({ status }) => void statuses.add(status)));
  }
  await Promise.all(sent);
  return statuses;
}

describe(`${UNKNOWN_KEY_IDS} tokens, each with a key id nobody has seen, beside ${USERS} users [JWK-03]`, () => {
  it('cause one fetch of keys a cooldown, and harm no user', { timeout: 120_000 }, async () => {
    const [, payload, signature] = (users[0] ?? '').split('.');
    const forged = (): string => {
      const header = JSON.stringify({ alg: 'RS256', kid: randomUUID() });
      return `Bearer ${Buffer.from(header).toString('base64url')}.${payload}.${signature}`;
    };
    // As many requests that are refused without a look at any key.
    const baseline = await serveUsers(flood(ALONE ? 2000 : 100, () => 'Bearer a.b.c'));
    const seriesBefore = await app.series();
    const fetches = issuer.keyFetches;
    const begun = performance.now();

    const flooding = flood(UNKNOWN_KEY_IDS, forged);
    const served = await serveUsers(flooding);

    const cooldowns = Math.ceil((performance.now() - begun) / COOLDOWN_MS);
    expect([...(await flooding)]).toEqual([401]);
    expect(issuer.keyFetches - fetches).toBeLessThanOrEqual(cooldowns + 1);
    expect(served.failures).toBe(0);
    if (ALONE) expect(served.p99Ms).toBeLessThanOrEqual(2 * baseline.p99Ms);
    const after = await app.series();
    const unknown = 'mcp_auth_failures_total{method="jwt",reason="unknown_kid"}';
    expect((after.get(unknown) ?? 0) - (seriesBefore.get(unknown) ?? 0)).toBe(UNKNOWN_KEY_IDS);
    expect(app.events('auth.failure').filter(({ auth }) => auth?.reason === 'unknown_kid')).toHaveLength(
      UNKNOWN_KEY_IDS,
    );
    expect(after.size - seriesBefore.size).toBeLessThanOrEqual(30);
    process.stdout.write(
      `\n      p99 of the users: ${served.p99Ms.toFixed(1)} ms, ${baseline.p99Ms.toFixed(1)} ms beside harmless requests\n`,
    );
  });
});
