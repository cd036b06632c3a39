import { limitKey } from '../http/client-ip.js';
import type { AuthFailureReason } from '../security-event.js';
import { NamedAddresses } from './named-addresses.js';
import type { CloudWatchMetric, MetricPoint } from './cloudwatch-metrics.js';
import { isProviderTrouble, isSuspicious } from './failure-class.js';

/** A failed authentication as far as it is counted. */
export interface CountedFailure {
  readonly reason: AuthFailureReason;
  readonly clientIp: string;
  /** Path without the query, as the client wrote it. */
  readonly path: string;
}

interface Client {
  readonly endpoint: string;
  readonly address: string;
  failures: number;
  suspicious: number;
}

interface Minute {
  readonly reasons: Map<AuthFailureReason, number>;
  readonly clients: Map<string, Client>;
}

const MINUTE_MS = 60_000;
/** So many addresses are told apart while a minute is counted; a flood from more cannot fill the memory. */
const MAX_CLIENTS = 2_000;
const ENDPOINTS: ReadonlySet<string> = new Set(['/mcp', '/mcp/tools/call']);

/**
 * Failed authentications minute by minute, until they are taken. SECURITY: what strangers write into a request never
 * makes a metric of its own: endpoints are a closed list, addresses are bounded.
 */
export class FailureMinutes {
  readonly #minutes = new Map<number, Minute>();

  constructor(private readonly names: NamedAddresses) {}

  add({ reason, clientIp, path }: CountedFailure, nowMs: number): void {
    const minute = this.#minuteAt(nowMs);
    minute.reasons.set(reason, (minute.reasons.get(reason) ?? 0) + 1);
    const client = clientOf(minute, path, clientIp);
    client.failures += 1;
    if (isSuspicious(reason)) client.suspicious += 1;
  }

  /** All that was counted since the last time. What comes later in the same minute is counted beside it. */
  take(): readonly MetricPoint[] {
    const points = [...this.#minutes].flatMap(([minuteMs, minute]) => [
      ...reasonPoints(minute, minuteMs),
      ...this.#clientPoints(minute, minuteMs),
    ]);
    this.#minutes.clear();
    return points;
  }

  #minuteAt(nowMs: number): Minute {
    const start = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    const minute = this.#minutes.get(start) ?? { reasons: new Map(), clients: new Map() };
    this.#minutes.set(start, minute);
    return minute;
  }

  /** The worst first: they get the names, and a crowd of harmless addresses does not take them away. */
  #clientPoints({ clients }: Minute, minuteMs: number): MetricPoint[] {
    const worstFirst = [...clients.values()].sort(
      (one, other) => other.suspicious - one.suspicious || other.failures - one.failures,
    );
    const counts = new Map<string, { endpoint: string; name: string; count: number }>();
    for (const { endpoint, address, failures, suspicious } of worstFirst) {
      const name = this.names.nameOf(address, suspicious > 0, minuteMs);
      const key = `${endpoint} ${name}`;
      counts.set(key, { endpoint, name, count: (counts.get(key)?.count ?? 0) + failures });
    }
    return [...counts.values()].map(({ endpoint, name, count }) =>
      point('AuthenticationFailures', minuteMs, count, { Endpoint: endpoint, ClientIp: name }),
    );
  }
}

function clientOf({ clients }: Minute, path: string, clientIp: string): Client {
  const endpoint = ENDPOINTS.has(path) ? path : 'other';
  const own = limitKey(clientIp);
  const address = clients.size < MAX_CLIENTS || clients.has(`${endpoint} ${own}`) ? own : 'other';
  const key = `${endpoint} ${address}`;
  const client = clients.get(key) ?? { endpoint, address, failures: 0, suspicious: 0 };
  clients.set(key, client);
  return client;
}

function reasonPoints({ reasons }: Minute, minuteMs: number): MetricPoint[] {
  const sum = (counts: (reason: AuthFailureReason) => boolean): number =>
    [...reasons].reduce((total, [reason, count]) => total + (counts(reason) ? count : 0), 0);
  const totals: readonly (readonly [CloudWatchMetric, number])[] = [
    ['SuspiciousAuthenticationFailures', sum(isSuspicious)],
    ['IdentityProviderTrouble', sum(isProviderTrouble)],
    ['WrongAudience', sum((reason) => reason === 'aud_mismatch')],
  ];
  return [
    ...[...reasons].map(([reason, count]) => point('AuthenticationFailures', minuteMs, count, { Reason: reason })),
    ...totals.filter(([, count]) => count > 0).map(([metric, count]) => point(metric, minuteMs, count, {})),
  ];
}

function point(
  metric: CloudWatchMetric,
  minuteMs: number,
  count: number,
  dimensions: Readonly<Record<string, string>>,
): MetricPoint {
  return { metric, dimensions, minuteMs, count };
}
