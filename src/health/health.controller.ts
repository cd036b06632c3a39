import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ApiKeyStoreService } from '../auth/api-key-store.service.js';
import { IntrospectionService } from '../auth/introspection.service.js';
import { IssuerRegistryService } from '../auth/issuers/issuer-registry.service.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { RedisService } from '../security-monitoring/redis/redis.service.js';
import { ShutdownService } from '../security-monitoring/shutdown.service.js';
import { type Readiness, readiness } from './readiness.js';

/** For load balancers, kubelets and the curious: open to everyone, tells nothing secret. */
@Controller()
export class HealthController {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly issuers: IssuerRegistryService,
    private readonly introspection: IntrospectionService,
    private readonly apiKeys: ApiKeyStoreService,
    private readonly redis: RedisService,
    private readonly shutdown: ShutdownService,
  ) {}

  /** The process answers. */
  @Get(['health', 'health/live'])
  live(): object {
    return { status: 'ok' };
  }

  /** Requests may be sent here: 200, else 503. */
  @Get('health/ready')
  ready(@Res({ passthrough: true }) response: Response): Readiness {
    const state = readiness({
      draining: this.shutdown.begun.aborted,
      authEnabled: this.config.auth.enabled,
      apiKeys: this.apiKeys.size,
      issuers: [...this.issuers.states(), ...this.introspection.states()],
      redis: this.redis.state(),
    });
    response.status(state.status === 'ready' ? 200 : 503);
    return state;
  }
}
