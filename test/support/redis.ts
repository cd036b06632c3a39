import { vi } from 'vitest';
import type { AppConfig } from '../../src/config/app-config.js';
import { SecurityMetricsService } from '../../src/security-monitoring/metrics/security-metrics.service.js';
import { RedisService } from '../../src/security-monitoring/redis/redis.service.js';
import type { SecurityEvent } from '../../src/security-monitoring/security-event.js';
import type { SecurityEventsService } from '../../src/security-monitoring/security-events.service.js';

/** What a command may take in the service. */
const COMMAND_MS = 50;

/** A busy machine makes answers late without a fault of Redis: from now on they may be, until mocks are restored. */
export function waitForAnswers(): void {
  const { setTimeout } = globalThis;
  const patient = (work: () => void, ms?: number): NodeJS.Timeout => setTimeout(work, ms === COMMAND_MS ? 10_000 : ms);
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(patient);
}

/** The service outside an application, with the events it recorded. */
export function redisService(
  config: AppConfig,
  events: SecurityEvent[] = [],
  metrics = new SecurityMetricsService(),
): RedisService {
  const recorder = { record: (event: SecurityEvent) => events.push(event) };
  return new RedisService(config, recorder as unknown as SecurityEventsService, metrics);
}
