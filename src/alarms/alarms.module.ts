import { Module } from '@nestjs/common';
import { CloudwatchModule } from '../cloudwatch/cloudwatch.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { DescribeAlarmsTool } from './describe-alarms.tool.js';
import { GetActiveAlarmsTool } from './get-active-alarms.tool.js';
import { GetAlarmContributorsTool } from './get-alarm-contributors.tool.js';
import { GetAlarmHistoryTool } from './get-alarm-history.tool.js';
import { GetCompositeAlarmTreeTool } from './get-composite-alarm-tree.tool.js';
import { ListAlarmMuteRulesTool } from './list-alarm-mute-rules.tool.js';
import { AlarmNameCompletion } from './resources/alarm-name.completion.js';
import { AlarmResource } from './resources/alarm.resource.js';

/** The tools for CloudWatch alarms. */
@Module({
  imports: [CredentialsModule, CloudwatchModule],
  providers: [
    AlarmResource,
    AlarmNameCompletion,
    DescribeAlarmsTool,
    GetActiveAlarmsTool,
    GetAlarmContributorsTool,
    GetAlarmHistoryTool,
    GetCompositeAlarmTreeTool,
    ListAlarmMuteRulesTool,
  ],
})
export class AlarmsModule {}
