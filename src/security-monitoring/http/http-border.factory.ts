import type { INestApplication } from '@nestjs/common';
import { AllowedHostMiddleware } from './allowed-host.middleware.js';
import { AllowedOriginMiddleware } from './allowed-origin.middleware.js';
import { RequestIdMiddleware } from './request-id.middleware.js';
import { SecurityHeadersMiddleware } from './security-headers.middleware.js';

/** What every request passes before any route, in this order. */
const HTTP_BORDER = [
  SecurityHeadersMiddleware,
  RequestIdMiddleware,
  AllowedHostMiddleware,
  AllowedOriginMiddleware,
] as const;

/**
 * Puts the HTTP border in front of the application.
 * SECURITY: Express-level and without a path, since middleware and guards bound to routes miss unknown paths, methods
 * and malformed URLs. Call it before `init`.
 */
export function installHttpBorder(app: INestApplication): void {
  for (const step of HTTP_BORDER) {
    const middleware = app.get<InstanceType<(typeof HTTP_BORDER)[number]>>(step);
    app.use(middleware.use.bind(middleware));
  }
}
