import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { FaultExitService } from './audit/fault-exit.service.js';
import { LogLossService } from './audit/log-loss.service.js';
import { AllowedHostMiddleware } from './http/allowed-host.middleware.js';
import { AllowedOriginMiddleware } from './http/allowed-origin.middleware.js';
import { RefusalFilter } from './http/refusal.filter.js';
import { RequestIdMiddleware } from './http/request-id.middleware.js';
import { SecurityHeadersMiddleware } from './http/security-headers.middleware.js';
import { TlsCertificateService } from './http/tls-certificate.service.js';
import { CloudWatchMetricsSink } from './metrics/cloudwatch-metrics.sink.js';
import { EmbeddedMetricsSink } from './metrics/embedded-metrics.sink.js';
import { MetricsExportService } from './metrics/metrics-export.service.js';
import { MetricsServerService } from './metrics/metrics-server.service.js';
import { SecurityMetricsService } from './metrics/security-metrics.service.js';
import { FailureBudgetService } from './rate-limit/failure-budget.service.js';
import { PrincipalLimitService } from './rate-limit/principal-limit.service.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { StreamLimitService } from './rate-limit/stream-limit.service.js';
import { RedisChannelService } from './redis/redis-channel.service.js';
import { RedisService } from './redis/redis.service.js';
import { SecurityEventsService } from './security-events.service.js';
import { ShutdownService } from './shutdown.service.js';

/** What happened and who may not: events, metrics, limits and the HTTP border of the whole application. */
@Module({
  providers: [
    SecurityEventsService,
    LogLossService,
    FaultExitService,
    ShutdownService,
    SecurityMetricsService,
    MetricsServerService,
    MetricsExportService,
    EmbeddedMetricsSink,
    CloudWatchMetricsSink,
    FailureBudgetService,
    PrincipalLimitService,
    RateLimitGuard,
    StreamLimitService,
    RedisService,
    RedisChannelService,
    RequestIdMiddleware,
    SecurityHeadersMiddleware,
    AllowedHostMiddleware,
    AllowedOriginMiddleware,
    TlsCertificateService,
    { provide: APP_FILTER, useClass: RefusalFilter },
  ],
  exports: [
    SecurityEventsService,
    ShutdownService,
    FailureBudgetService,
    PrincipalLimitService,
    RateLimitGuard,
    StreamLimitService,
    RedisService,
    RedisChannelService,
  ],
})
export class SecurityMonitoringModule {}
