/**
 * What happened in the two companies' accounts. Log lines, metrics and alarms are all computed from these functions of
 * time, so they agree; nothing is stored and nothing depends on anything but the scenario's start.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** How far back before its start the scenario knows the past. */
export const HISTORY_MS = 14 * DAY_MS;

export interface Scenario {
  /** Start of the emulator, floored to the minute; every other time is relative to it. */
  readonly start: Date;
  readonly accounts: readonly AccountScenario[];
}

export interface AccountScenario {
  /** Twelve digits. */
  readonly id: string;
  readonly name: string;
  readonly services: readonly Service[];
  readonly incident: Incident;
  /** First minute that has data. */
  readonly historyFrom: Date;
}

export interface Service {
  readonly name: string;
  readonly seed: number;
  readonly runsOn: 'ecs' | 'lambda';
  /** Mean requests per minute at the busiest hour of an ordinary weekday. */
  readonly peakRequestsPerMinute: number;
  /** Hour of the day, UTC, with the most traffic. */
  readonly busiestHour: number;
  /** Traffic of Saturday and Sunday relative to a weekday. */
  readonly weekendFactor: number;
  readonly baseErrorRate: number;
  readonly medianLatencyMs: number;
  /** Standard deviation of the logarithm of a request's latency. */
  readonly latencySpread: number;
  readonly baseMemoryPercent: number;
  readonly memoryLeak?: MemoryLeak;
  readonly disturbances: readonly Disturbance[];
}

export interface MemoryLeak {
  readonly since: Date;
  readonly percentPerHour: number;
}

/** What an incident does to one service while it lasts. */
export interface Disturbance {
  readonly from: Date;
  /** Absent: still going on. */
  readonly until?: Date;
  /** Minutes after `from` in which the trouble pauses, so that alarms flap. */
  readonly pauses: readonly (readonly [fromMinute: number, untilMinute: number])[];
  readonly errorRate: number;
  /** Factor on the median latency of requests that are not stuck. */
  readonly latencyFactor: number;
  /** Share of requests that hang on the failing dependency for about `stuckMs`. */
  readonly stuckShare: number;
  readonly stuckMs: number;
}

export interface Incident {
  readonly title: string;
  readonly from: Date;
  readonly until: Date;
  /** Service whose dependency fails. */
  readonly rootService: string;
  readonly failingDependency: string;
  /** What the failing calls say, e.g. in an error's message. */
  readonly errorType: string;
  readonly affectedServices: readonly string[];
}

/** The state of one service in one minute; the share of stuck requests is part of the latency's tail. */
export interface LatencyProfile {
  readonly medianMs: number;
  readonly spread: number;
  readonly stuckShare: number;
  readonly stuckMs: number;
}

/** A number in [0, 1) that depends on nothing but its arguments. */
export function random(seed: number, ...keys: readonly (string | number)[]): number {
  let hash = mix(seed | 0);
  for (const key of keys) {
    if (typeof key === 'number') {
      hash = mix(hash ^ Math.imul(key | 0, 0x9e3779b1) ^ Math.floor(key / 0x100000000));
      continue;
    }
    for (let index = 0; index < key.length; index += 1) {
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
    }
    hash = mix(hash);
  }
  return (hash >>> 0) / 0x100000000;
}

/** Whole minutes since the epoch: the key under which everything random about a minute is drawn. */
function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / MINUTE_MS);
}

/** The expected rate: daily and weekly curve with a little noise from minute to minute. */
export function requestsPerMinute(service: Service, at: Date): number {
  const ms = at.getTime();
  const hour = (ms % DAY_MS) / HOUR_MS;
  const daily = 0.7 + 0.3 * Math.cos(((hour - service.busiestHour) * Math.PI) / 12);
  // 1970-01-01 was a Thursday.
  const weekday = (Math.floor(ms / DAY_MS) + 4) % 7;
  const weekly = weekday === 0 || weekday === 6 ? service.weekendFactor : 1;
  const noise = 0.92 + 0.16 * random(service.seed, minuteOf(at), 1);
  return service.peakRequestsPerMinute * daily * weekly * noise;
}

/** Requests that arrived in the minute of `at`: a whole number, the same for metrics and log lines. */
export function requestsInMinute(service: Service, at: Date): number {
  return Math.floor(requestsPerMinute(service, at) + random(service.seed, minuteOf(at), 2));
}

/** Share of requests that fail, 0 to 1. */
export function errorRate(service: Service, at: Date): number {
  let rate = service.baseErrorRate;
  for (const disturbance of service.disturbances) {
    rate += disturbance.errorRate * intensity(disturbance, at);
  }
  return Math.min(rate, 1);
}

/** Requests of the minute of `at` that failed: a whole number, never more than `requestsInMinute`. */
export function failuresInMinute(service: Service, at: Date): number {
  const requests = requestsInMinute(service, at);
  return Math.min(requests, Math.floor(requests * errorRate(service, at) + random(service.seed, minuteOf(at), 3)));
}

/** The distribution of the latencies of the minute of `at`. */
export function latencyProfile(service: Service, at: Date): LatencyProfile {
  const load = requestsPerMinute(service, at) / service.peakRequestsPerMinute;
  let factor = 0.8 + 0.2 * load + 0.06 * random(service.seed, minuteOf(at), 4);
  let stuckShare = 0;
  let stuckMs = 0;
  for (const disturbance of service.disturbances) {
    const strength = intensity(disturbance, at);
    if (strength === 0) continue;
    factor *= 1 + (disturbance.latencyFactor - 1) * strength;
    stuckShare = Math.min(1, stuckShare + disturbance.stuckShare * strength);
    stuckMs = Math.max(stuckMs, disturbance.stuckMs);
  }
  return { medianMs: service.medianLatencyMs * factor, spread: service.latencySpread, stuckShare, stuckMs };
}

/**
 * Latency in milliseconds of the minute's request number `index`, drawn from `latencyProfile`. The stuck requests have
 * the lowest numbers; so have the failed ones (`index < failuresInMinute`), hence a failed request of an incident hung.
 */
export function requestLatencyMs(service: Service, at: Date, index: number): number {
  const profile = latencyProfile(service, at);
  const minute = minuteOf(at);
  const jitter = random(service.seed, minute, 5, index);
  const stuck = profile.stuckShare * requestsInMinute(service, at) + random(service.seed, minute, 6);
  if (index < Math.floor(stuck)) return profile.stuckMs * (0.98 + 0.04 * jitter);
  const radius = Math.sqrt(-2 * Math.log(1 - jitter));
  const normal = radius * Math.cos(2 * Math.PI * random(service.seed, minute, 7, index));
  return profile.medianMs * Math.exp(profile.spread * normal);
}

/** Processor use of the service's tasks, percent: follows the traffic. */
export function cpuPercent(service: Service, at: Date): number {
  const load = requestsPerMinute(service, at) / service.peakRequestsPerMinute;
  return Math.min(100, 12 + 38 * load + 4 * random(service.seed, minuteOf(at), 8));
}

/** Memory use of the service's tasks, percent: flat unless the service leaks. */
export function memoryPercent(service: Service, at: Date): number {
  const noise = 1.5 * random(service.seed, minuteOf(at), 9);
  const leakingMs = service.memoryLeak ? Math.max(0, at.getTime() - service.memoryLeak.since.getTime()) : 0;
  const leaked = (leakingMs / HOUR_MS) * (service.memoryLeak?.percentPerHour ?? 0);
  return Math.min(97, service.baseMemoryPercent + leaked + noise);
}

/** Whether the minute of `at` lies in the incident. */
export function isDuringIncident(account: AccountScenario, at: Date): boolean {
  return at >= account.incident.from && at < account.incident.until;
}

/** The service of that name; a scenario without it is a programming error. */
export function serviceNamed(account: AccountScenario, name: string): Service {
  const service = account.services.find((candidate) => candidate.name === name);
  if (!service) throw new Error(`The scenario of ${account.id} has no service ${name}.`);
  return service;
}

const RAMP_MINUTES = 3;

/** 0 outside, 1 inside, with a short ramp at both ends. */
function intensity(disturbance: Disturbance, at: Date): number {
  const minutes = (at.getTime() - disturbance.from.getTime()) / MINUTE_MS;
  if (minutes < 0) return 0;
  const left = disturbance.until ? (disturbance.until.getTime() - at.getTime()) / MINUTE_MS : Infinity;
  if (left <= 0) return 0;
  if (disturbance.pauses.some(([from, until]) => minutes >= from && minutes < until)) return 0;
  return Math.min(1, (minutes + 1) / RAMP_MINUTES, left / RAMP_MINUTES);
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
