import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { welcomePage } from './welcome-page.js';
import { WELCOME_POLICY } from './welcome-style.js';

/** What is at the root: a page for a browser, JSON for everything else; open to everyone, the same for everyone. */
@Controller()
export class WelcomeController {
  readonly #page: string;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {
    const { auth, http } = config;
    this.#page = welcomePage({
      endpoint: http.resource,
      ways: {
        signIn: auth.issuers.length > 0 || auth.introspection !== undefined,
        apiKeys: auth.apiKeys.length > 0 || auth.apiKeysFile !== undefined,
      },
      accessPortal: auth.accessPortal,
    });
  }

  @Get()
  about(@Req() request: Request, @Res() response: Response): void {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') return void response.json(this.#facts());
    response.set('Content-Security-Policy', WELCOME_POLICY).type('html').send(this.#page);
  }

  #facts(): object {
    const { accessPortal } = this.config.auth;
    return {
      name: 'cloudwatch-mcp-server',
      mcp: '/mcp',
      documentation: 'Connect an MCP client to the path under "mcp"; sign-in: /.well-known/oauth-protected-resource',
      ...(accessPortal !== undefined && { aws_access_portal: accessPortal }),
    };
  }
}
