import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { DestinationStream } from 'pino';
import { AccountsModule } from './accounts/accounts.module.js';
import { AlarmsModule } from './alarms/alarms.module.js';
import { AuthModule } from './auth/auth.module.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { CredentialsModule } from './credentials/credentials.module.js';
import { HealthModule } from './health/health.module.js';
import { LogsModule } from './logs/logs.module.js';
import { McpModule } from './mcp/mcp.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { LogModule } from './security-monitoring/audit/log.module.js';
import { SecurityMonitoringModule } from './security-monitoring/security-monitoring.module.js';
import { WelcomeModule } from './welcome/welcome.module.js';

/** The list of rooms; `more` come last, and may answer in place of those before. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig, logDestination?: DestinationStream, more: readonly Type[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        LogModule.forRoot(logDestination),
        SecurityMonitoringModule,
        AuthModule,
        CredentialsModule,
        McpModule,
        LogsModule,
        MetricsModule,
        AlarmsModule,
        AccountsModule,
        HealthModule,
        WelcomeModule,
        ...more,
      ],
    };
  }
}
