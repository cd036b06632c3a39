import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { DestinationStream, Logger } from 'pino';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { auditLevel, createLog } from './log.factory.js';
import { type LogStreams, openLogStreams } from './log-streams.factory.js';
import { NestLogService } from './nest-log.service.js';

/** Injection token of the application's own pino logger. */
export const LOG = Symbol('LOG');
/** Injection token of the pino logger that security events go to. */
export const AUDIT = Symbol('AUDIT');
/** Injection token of where both write. */
export const LOG_STREAMS = Symbol('LOG_STREAMS');

/**
 * The logs and Nest's adapter to the application's. nestjs-pino keeps the first root logger of a process for ever;
 * `useExisting` makes it take the request's logger instead, so that each application in a process writes to its own
 * destination.
 */
@Global()
@Module({})
export class LogModule {
  static forRoot(destination?: DestinationStream): DynamicModule {
    return {
      module: LogModule,
      imports: [
        LoggerModule.forRootAsync({
          inject: [LOG],
          useFactory: (log: Logger) => ({ useExisting: true, pinoHttp: { logger: log } }),
        }),
      ],
      providers: [
        NestLogService,
        {
          provide: LOG_STREAMS,
          inject: [APP_CONFIG],
          useFactory: ({ auditLog }: AppConfig) => openLogStreams(auditLog, destination),
        },
        {
          provide: LOG,
          inject: [APP_CONFIG, LOG_STREAMS],
          useFactory: ({ logLevel }: AppConfig, { application }: LogStreams) => createLog(logLevel, application),
        },
        {
          provide: AUDIT,
          inject: [APP_CONFIG, LOG_STREAMS],
          useFactory: (config: AppConfig, { audit }: LogStreams) => createLog(auditLevel(config), audit),
        },
      ],
      exports: [LOG, AUDIT, LOG_STREAMS, NestLogService],
    };
  }
}
