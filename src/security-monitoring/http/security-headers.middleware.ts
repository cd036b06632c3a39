import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';

/** Response headers of every answer: nothing is sniffed, framed, run or stored. HSTS only when clients come by https. */
@Injectable()
export class SecurityHeadersMiddleware implements NestMiddleware {
  readonly #helmet: ReturnType<typeof helmet>;

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    this.#helmet = helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
      frameguard: { action: 'deny' },
      hsts: config.http.publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
    });
  }

  use(request: Request, response: Response, next: NextFunction): void {
    response.setHeader('Cache-Control', 'no-store');
    this.#helmet(request, response, next);
  }
}
