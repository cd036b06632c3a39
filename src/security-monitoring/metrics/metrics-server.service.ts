import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import type { ErrorCode } from '../../errors.js';
import { BARE_HEADERS, createHttpServer } from '../http/http-server.factory.js';
import { listen } from '../http/listen.js';
import { SecurityMetricsService } from './security-metrics.service.js';

/** Prometheus text on a port of its own, which no load balancer forwards: `GET /metrics` and nothing else. */
@Injectable()
export class MetricsServerService implements OnApplicationShutdown {
  readonly #server: Server;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly metrics: SecurityMetricsService,
  ) {
    this.#server = createHttpServer((request, response) => void this.#answer(request, response));
  }

  /**
   * Starts listening.
   * @returns the address of the metrics
   * @throws StartFailed when the port cannot be had
   */
  async start(): Promise<string> {
    const { host, metricsPort } = this.config.http;
    return `${await listen(this.#server, { host, port: metricsPort, variable: 'METRICS_PORT' })}/metrics`;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (path !== '/metrics') return refuse(response, 404, 'not_found', 'The metrics are at /metrics.');
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET');
      return refuse(response, 405, 'method_not_allowed', 'Only GET is offered here.');
    }
    const text = await this.metrics.registry.metrics();
    response.writeHead(200, { ...BARE_HEADERS, 'Content-Type': this.metrics.registry.contentType }).end(text);
  }
}

function refuse(response: ServerResponse, status: number, error: ErrorCode, text: string): void {
  response.writeHead(status, { ...BARE_HEADERS, 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ error, error_description: text }));
}
