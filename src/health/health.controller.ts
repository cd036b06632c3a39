import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { IssuerRegistryService } from '../auth/issuers/issuer-registry.service.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { DrainService } from './drain.service.js';
import { type Readiness, readiness } from './readiness.js';

/** For load balancers, kubelets and the curious: open to everyone, tells nothing secret. */
@Controller()
export class HealthController {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly issuers: IssuerRegistryService,
    private readonly drain: DrainService,
  ) {}

  @Get()
  about(): object {
    return {
      name: 'cloudwatch-mcp-server',
      mcp: '/mcp',
      documentation: 'Connect an MCP client to the path under "mcp"; sign-in: /.well-known/oauth-protected-resource',
    };
  }

  /** The process answers. */
  @Get(['health', 'health/live'])
  live(): object {
    return { status: 'ok' };
  }

  /** Requests may be sent here: 200, else 503. */
  @Get('health/ready')
  ready(@Res({ passthrough: true }) response: Response): Readiness {
    const state = readiness({
      draining: this.drain.draining,
      authEnabled: this.config.auth.enabled,
      apiKeys: this.config.auth.apiKeys.length,
      issuers: this.issuers.states(),
    });
    response.status(state.status === 'ready' ? 200 : 503);
    return state;
  }
}
