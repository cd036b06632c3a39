import { Module } from '@nestjs/common';
import { CloudwatchModule } from '../cloudwatch/cloudwatch.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { GetActiveAlarmsTool } from './get-active-alarms.tool.js';
import { GetAlarmHistoryTool } from './get-alarm-history.tool.js';

/** The tools for CloudWatch alarms. */
@Module({ imports: [CredentialsModule, CloudwatchModule], providers: [GetActiveAlarmsTool, GetAlarmHistoryTool] })
export class AlarmsModule {}
