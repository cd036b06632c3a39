import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadAppConfig } from '../../src/config/app-config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { LogModule } from '../../src/security-monitoring/audit/log.module.js';
import { NestLogService } from '../../src/security-monitoring/audit/nest-log.service.js';
import { installHttpBorder } from '../../src/security-monitoring/http/http-border.factory.js';
import { HardenedExpressAdapter } from '../../src/security-monitoring/http/http-server.factory.js';
import { SecurityMonitoringModule } from '../../src/security-monitoring/security-monitoring.module.js';

export const API_KEY = 'k7Qp2vXz9LmN4rTb8WcY3sHd6JfG1aUe5';

/** The smallest configuration that starts, with the given variables on top. */
export const MINIMAL_ENV = {
  API_KEYS: API_KEY,
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
  STATE_SECRET: 'state-secret-state-secret-state-secret',
  CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
  CLOUDWATCH_MCP_PORT: '0',
  METRICS_PORT: '0',
};

/** Keeps log lines as parsed objects. */
export class RecordedLog extends Writable {
  readonly lines: Record<string, unknown>[] = [];
  bytes = 0;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.bytes += chunk.length;
    for (const line of chunk.toString().split('\n')) {
      if (line !== '') this.lines.push(JSON.parse(line) as Record<string, unknown>);
    }
    done();
  }

  /** Lines of one security event. */
  events(name: string): Record<string, unknown>[] {
    return this.lines.filter((line) => (line.event as { name?: string } | undefined)?.name === name);
  }
}

export interface BorderApp {
  readonly app: INestApplication;
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly log: RecordedLog;
}

/** The HTTP border of the real application in front of the given controllers, listening on a free port. */
export async function startBorderApp(controllers: Type[], env: Record<string, string> = {}): Promise<BorderApp> {
  const log = new RecordedLog();
  const config = loadAppConfig({ ...MINIMAL_ENV, ...env });
  class BorderTestModule {}
  const root = {
    module: BorderTestModule,
    imports: [ConfigModule.forRoot(config), LogModule.forRoot(log), SecurityMonitoringModule],
    controllers,
  };
  const adapter = new HardenedExpressAdapter();
  adapter.disable('x-powered-by');
  const app = await NestFactory.create(root, adapter, { bodyParser: false, bufferLogs: true, abortOnError: false });
  app.useLogger(app.get(NestLogService));
  installHttpBorder(app);
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  const { port } = server.address() as AddressInfo;
  return { app, server, port, url: `http://127.0.0.1:${port}`, log };
}
