import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServerContext } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import { AppModule } from '../app.module.js';
import type { AppConfig } from '../config/app-config.js';
import { PRODUCT } from '../config/version.js';
import { StartFailed } from '../errors.js';
import { CallRunnerService } from '../mcp/call-runner.service.js';
import type { McpRequest } from '../mcp/mcp-request.js';
import { McpServerFactory } from '../mcp/mcp-server.factory.js';
import { LOCAL_PRINCIPAL } from '../principal.js';
import { FaultExitService } from '../security-monitoring/audit/fault-exit.service.js';
import { LOG, LOG_STREAMS } from '../security-monitoring/audit/log.module.js';
import { LogSink } from '../security-monitoring/audit/log.sink.js';
import type { LogStreams } from '../security-monitoring/audit/log-streams.factory.js';
import { NestLogService } from '../security-monitoring/audit/nest-log.service.js';
import { LineTransport } from './line-transport.js';
import { isStandardOutput } from './standard-output.js';

const STDERR = 2;
/** For queries that are being stopped: clients kill what has not ended after two seconds. */
const LAST_CALLS_MS = 1_500;

/** A server that answers one client, over two streams. */
export interface RunningStdio {
  /** Resolves when the client is gone. */
  readonly ended: Promise<void>;
  /** Ends what runs as when a client disconnects, its queries too, and resolves when all is closed. */
  close(): Promise<void>;
  /** From now on an error nobody caught is logged and ends the process. */
  watchFaults(): void;
}

/**
 * Starts the service for the one local user, without a port: messages are read from `input` and answered on `output`,
 * logs go to standard error.
 * @throws StartFailed in one line when the audit log cannot be opened or would go into the protocol
 */
export async function startStdio(config: AppConfig, input: Readable, output: Writable): Promise<RunningStdio> {
  if (config.auditLog?.includes('/') === true && isStandardOutput(config.auditLog)) {
    throw new StartFailed(
      `AUDIT_LOG: ${config.auditLog} is standard output, which carries the protocol: name a file, or stderr.`,
    );
  }
  const app = await NestFactory.createApplicationContext(AppModule.forRoot(config, new LogSink(STDERR)), {
    bufferLogs: true,
    abortOnError: false,
    autoFlushLogs: false,
  });
  app.useLogger(app.get(NestLogService));
  const log = app.get<Logger>(LOG);
  const servers = app.get(McpServerFactory);
  const transport = new LineTransport(input, output);
  const connection = serveStdio(() => servers.createFor({ requestOf }), {
    transport,
    onerror: (err) => log.debug({ err }, 'the protocol library reports'),
  });
  logStart(log, config);
  const close = async (): Promise<void> => {
    await connection.close();
    await Promise.race([app.get(CallRunnerService).idle(), delay(LAST_CALLS_MS)]);
    await closeApp(app);
  };
  return { ended: transport.ended, close, watchFaults: () => app.get(FaultExitService).watch(close) };
}

/** Every message is the local user's, and a call of its own in the records. */
function requestOf({ mcpReq }: ServerContext): McpRequest {
  return { principal: LOCAL_PRINCIPAL, requestId: randomUUID(), method: mcpReq.method, progress: true };
}

async function closeApp(app: INestApplicationContext): Promise<void> {
  const streams = app.get<LogStreams>(LOG_STREAMS);
  await app.close();
  await streams.close();
}

function logStart(log: Logger, { aws, auditLog, warnings }: AppConfig): void {
  for (const warning of warnings) log.warn({ event: { name: 'config.warning' } }, warning);
  log.info(
    {
      event: { name: 'server.started' },
      version: PRODUCT.version,
      audit_log: auditLog,
      aws: { region: aws.region, profile: aws.profile },
    },
    'serving one local user on standard input and output',
  );
}
