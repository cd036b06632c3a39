import type { Server } from 'node:http';
import type { INestApplication, Type } from '@nestjs/common';
import { type NestApplication, NestFactory } from '@nestjs/core';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { AppModule } from './app.module.js';
import type { AppConfig } from './config/app-config.js';
import { PRODUCT } from './config/version.js';
import { LOG, LOG_STREAMS } from './security-monitoring/audit/log.module.js';
import type { LogStreams } from './security-monitoring/audit/log-streams.factory.js';
import { NestLogService } from './security-monitoring/audit/nest-log.service.js';
import { installHttpBorder } from './security-monitoring/http/http-border.factory.js';
import { HardenedExpressAdapter } from './security-monitoring/http/http-server.factory.js';
import { listen } from './security-monitoring/http/listen.js';
import { MetricsServerService } from './security-monitoring/metrics/metrics-server.service.js';

export interface StartOptions {
  /** Where log lines go; standard output when absent. */
  readonly logDestination?: DestinationStream;
  /** Rooms beside those of the service; what they provide is found as any room's. */
  readonly modules?: readonly Type[];
}

/** A server that answers. */
export interface RunningApp {
  /** How this machine reaches it, without a trailing slash. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly app: INestApplication;
  /** Stops accepting, finishes what runs and resolves when all is closed; on SIGTERM balancers first get time to learn. */
  close(signal?: string): Promise<void>;
}

/**
 * Starts the whole service.
 * @throws StartFailed in one line when a port cannot be had
 */
export async function startApp(config: AppConfig, options: StartOptions = {}): Promise<RunningApp> {
  const app = await createApp(config, options);
  try {
    const metricsUrl = await app.get(MetricsServerService).start();
    const { host, port } = config.http;
    const server = app.getHttpServer() as Server;
    const url = await listen(server, { host, port, variable: 'CLOUDWATCH_MCP_PORT' });
    logStart(app.get<PinoLogger>(LOG), config, url, metricsUrl);
    return { url, metricsUrl, app, close: (signal) => close(app, signal) };
  } catch (error) {
    await close(app);
    throw error;
  }
}

async function close(app: NestApplication, signal?: string): Promise<void> {
  const streams = app.get<LogStreams>(LOG_STREAMS);
  await app.close(signal);
  await streams.close();
}

async function createApp(config: AppConfig, { logDestination, modules }: StartOptions): Promise<NestApplication> {
  const adapter = new HardenedExpressAdapter(config.http.tls?.pair);
  adapter.disable('x-powered-by');
  adapter.disable('etag');
  const app = await NestFactory.create<NestApplication>(AppModule.forRoot(config, logDestination, modules), adapter, {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
    // What keeps it from starting is thrown, and told by whoever started it.
    autoFlushLogs: false,
    // The catch-all of the protocol room must not stand before another room's path, whatever the order of rooms.
    routeResolutionStrategy: 'specificity',
    routeConflictPolicy: { duplicate: 'error' },
  });
  app.useLogger(app.get(NestLogService));
  installHttpBorder(app);
  await app.init();
  return app;
}

function logStart(log: PinoLogger, config: AppConfig, url: string, metricsUrl: string): void {
  const { auth, aws, http } = config;
  for (const warning of config.warnings) log.warn({ event: { name: 'config.warning' } }, warning);
  log.info(
    {
      event: { name: 'server.started' },
      version: PRODUCT.version,
      url,
      metrics_url: metricsUrl,
      resource: http.resource,
      audit_log: config.auditLog,
      auth: {
        enabled: auth.enabled,
        issuers: auth.issuers.map(({ name, issuer, profile, audiences, acceptedTokens, exchange = aws.exchange }) => ({
          name,
          issuer,
          profile,
          audiences,
          accepts: acceptedTokens,
          exchange,
        })),
        introspection: auth.introspection?.issuer,
        api_keys: auth.apiKeys.length,
      },
      aws: {
        exchange: aws.exchange,
        region: aws.region,
        profile: aws.profile,
        accounts: aws.access?.accounts.map(({ alias }) => alias),
      },
    },
    `listening on ${url}, authentication ${auth.enabled ? 'on' : 'OFF'}`,
  );
}
