import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { BadCredential } from './bad-credentials.js';

/** What the attackers are told. */
export interface StormOrder {
  readonly endpoint: string;
  readonly credentials: readonly BadCredential[];
  readonly perSecond: number;
  readonly seconds: number;
}

/** How many answers had each status, by the kind of credential; `broken` without an answer. */
export type StormReport = Readonly<Record<string, Readonly<Record<string, number>>>>;

const TICK_MS = 10;
const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
/** A few who try again and again, and a crowd who each try now and then. */
const PERSISTENT = 20;
const CROWD = 10_000;

// Forked by the storm, which sends one order and hears one report.
const [{ endpoint, credentials, perSecond, seconds }] = (await once(process, 'message')) as [StormOrder];
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const report: Record<string, Record<string, number>> = {};
const pending = new Set<Promise<void>>();
let sent = 0;

const begun = performance.now();
// By the clock, not by the tick: whatever the server does to them, attackers do not slow down.
const timer = setInterval(() => {
  const elapsed = performance.now() - begun;
  while (sent < Math.min(elapsed, seconds * 1_000) * (perSecond / 1_000)) fire(sent++);
  if (elapsed >= seconds * 1_000) void finish();
}, TICK_MS);

async function finish(): Promise<void> {
  clearInterval(timer);
  await Promise.all(pending);
  agent.destroy();
  process.send?.(report satisfies StormReport, () => process.disconnect());
}

function fire(n: number): void {
  const credential = credentials[n % credentials.length];
  if (credential === undefined) return;
  const counts = (report[credential.kind] ??= {});
  const attempt = attack(credential, addressOf(n)).then((status) => {
    counts[status] = (counts[status] ?? 0) + 1;
    return void pending.delete(attempt);
  });
  pending.add(attempt);
}

function addressOf(n: number): string {
  const one = n % 2 === 0 ? n % PERSISTENT : PERSISTENT + ((n * 7_919) % CROWD);
  return `203.${one >> 16}.${(one >> 8) & 255}.${one & 255}`;
}

function attack({ headers }: BadCredential, address: string): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request(
      endpoint,
      {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-type': 'application/json', 'x-forwarded-for': address },
      } as Parameters<typeof request>[1],
      (response) => {
        response.resume().on('close', () => resolve(String(response.statusCode)));
      },
    );
    outgoing.on('error', () => resolve('broken'));
    outgoing.end(BODY);
  });
}
