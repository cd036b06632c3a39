import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { MINIMAL_ENV } from '../../../test/support/border-app.js';
import { loadAppConfig } from '../../config/app-config.js';
import { StartFailed } from '../../errors.js';
import { MetricsServerService } from './metrics-server.service.js';
import { SecurityMetricsService } from './security-metrics.service.js';

let server: MetricsServerService;

afterEach(() => server.onApplicationShutdown());

function metricsServer(port: number): MetricsServerService {
  const config = loadAppConfig({ ...MINIMAL_ENV, METRICS_PORT: String(port) });
  return new MetricsServerService(config, new SecurityMetricsService());
}

describe('MetricsServerService', () => {
  it('serves the metrics at GET /metrics and nothing else [D3]', async () => {
    server = metricsServer(0);
    const url = new URL(await server.start());
    const answer = await request(url.origin).get('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.type).toBe('text/plain');
    expect(answer.text).toContain('# TYPE mcp_auth_failures_total counter');
    expect((await request(url.origin).post('/metrics')).status).toBe(405);
    expect((await request(url.origin).get('/')).status).toBe(404);
  });

  it('says in one line that its port is busy and which variable to set', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    server = metricsServer(port);
    const failure = await server.start().catch((error: unknown) => error);
    blocker.close();
    expect(failure).toBeInstanceOf(StartFailed);
    expect((failure as Error).message).toBe(
      `Port ${port} is already in use: stop the other process or set METRICS_PORT to a free port.`,
    );
  });
});
