import type { Findings } from './findings.js';
import type { RedisAddress } from './redis-address.js';
import { isLoopbackHost } from './setting-types.js';
import type { Settings } from './settings.js';

/** How much is let through, and where replicas count it together. */
export interface LimitsConfig {
  readonly perUserPerMinute: number;
  readonly failedAuthPerMinute: number;
  /** Among so many replicas a limit is divided while they do not count together. */
  readonly expectedReplicas: number;
  /** Answers of a process that are streams, at the same time. */
  readonly streamsPerUser: number;
  readonly streams: number;
  /** How many times AWS's default quotas the accounts have. */
  readonly awsCallRate: number;
  /** Absent: each replica counts for itself. */
  readonly redis?: RedisAddress;
}

/** Assembles the limits. */
export function assembleLimits(settings: Settings, findings: Findings): LimitsConfig {
  const redis = settings.REDIS_URL;
  if (redis !== undefined && !redis.tls && !isLoopbackHost(redis.host)) {
    findings.warnings.push(
      'REDIS_URL begins with redis://: its password and who calls how often travel unencrypted. Use rediss:// unless the network is your own.',
    );
  }
  return {
    perUserPerMinute: settings.RATE_LIMIT_PER_USER ?? 120,
    failedAuthPerMinute: settings.RATE_LIMIT_FAILED_AUTH ?? 20,
    expectedReplicas: settings.EXPECTED_REPLICAS ?? 1,
    streamsPerUser: settings.MAX_STREAMS_PER_USER ?? 5,
    streams: settings.MAX_STREAMS ?? 500,
    awsCallRate: settings.AWS_CALL_RATE ?? 1,
    ...(redis !== undefined && { redis }),
  };
}
