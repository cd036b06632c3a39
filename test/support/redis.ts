import type { AppConfig } from '../../src/config/app-config.js';
import { SecurityMetricsService } from '../../src/security-monitoring/metrics/security-metrics.service.js';
import { RedisService } from '../../src/security-monitoring/redis/redis.service.js';
import type { SecurityEvent } from '../../src/security-monitoring/security-event.js';
import type { SecurityEventsService } from '../../src/security-monitoring/security-events.service.js';

/** The service outside an application, with the events it recorded. */
export function redisService(
  config: AppConfig,
  events: SecurityEvent[] = [],
  metrics = new SecurityMetricsService(),
): RedisService {
  const recorder = { record: (event: SecurityEvent) => events.push(event) };
  return new RedisService(config, recorder as unknown as SecurityEventsService, metrics);
}
