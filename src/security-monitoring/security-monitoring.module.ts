import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AllowedHostMiddleware } from './http/allowed-host.middleware.js';
import { AllowedOriginMiddleware } from './http/allowed-origin.middleware.js';
import { RefusalFilter } from './http/refusal.filter.js';
import { RequestIdMiddleware } from './http/request-id.middleware.js';
import { SecurityHeadersMiddleware } from './http/security-headers.middleware.js';
import { MetricsServerService } from './metrics/metrics-server.service.js';
import { SecurityMetricsService } from './metrics/security-metrics.service.js';
import { FailureBudgetService } from './rate-limit/failure-budget.service.js';
import { PrincipalLimitService } from './rate-limit/principal-limit.service.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { SecurityEventsService } from './security-events.service.js';

/** What happened and who may not: events, metrics, limits and the HTTP border of the whole application. */
@Module({
  providers: [
    SecurityEventsService,
    SecurityMetricsService,
    MetricsServerService,
    FailureBudgetService,
    PrincipalLimitService,
    RateLimitGuard,
    RequestIdMiddleware,
    SecurityHeadersMiddleware,
    AllowedHostMiddleware,
    AllowedOriginMiddleware,
    { provide: APP_FILTER, useClass: RefusalFilter },
  ],
  exports: [SecurityEventsService, FailureBudgetService, PrincipalLimitService, RateLimitGuard],
})
export class SecurityMonitoringModule {}
