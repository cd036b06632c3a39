import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
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
    this.#server = createServer((request, response) => void this.#answer(request, response));
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
    if (path !== '/metrics') return void response.writeHead(404).end();
    if (request.method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
    const text = await this.metrics.registry.metrics();
    response.writeHead(200, { 'Content-Type': this.metrics.registry.contentType }).end(text);
  }
}
