import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { DestinationStream, Logger } from 'pino';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { createLog } from './log.factory.js';
import { NestLogService } from './nest-log.service.js';

/** Injection token of the application's own pino logger. */
export const LOG = Symbol('LOG');

/**
 * The log and Nest's adapter to it. nestjs-pino keeps the first root logger of a process for ever; `useExisting` makes
 * it take the request's logger instead, so that each application in a process writes to its own destination.
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
          provide: LOG,
          inject: [APP_CONFIG],
          useFactory: (config: AppConfig) => createLog(config.logLevel, destination),
        },
      ],
      exports: [LOG, NestLogService],
    };
  }
}
