import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetAlarmMuteRuleCommand,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import { localProfile } from '../aws-emulator/roles.js';
import { serveParent } from './child.js';
import { measure } from './load.js';

/** Candidate c: the same AWS calls from the bare SDK. Runs on start and announces its timing. */
await serveParent(async () => {
  const { accessKeyId, secretAccessKey } = localProfile('111111111111');
  const client = new CloudWatchClient({
    region: 'us-east-1',
    endpoint: process.env['BENCH_AWS_URL'] ?? '',
    credentials: { accessKeyId, secretAccessKey },
  });
  const muteRules = async (): Promise<void> => {
    const { AlarmMuteRuleSummaries: rules = [] } = await client.send(
      new ListAlarmMuteRulesCommand({ Statuses: ['ACTIVE'], MaxRecords: 10 }),
    );
    const names = rules.map(({ AlarmMuteRuleArn: arn }) => arn?.split(':').at(-1));
    await Promise.all(
      names.map((AlarmMuteRuleName) => client.send(new GetAlarmMuteRuleCommand({ AlarmMuteRuleName }))),
    );
  };
  const alarms = new DescribeAlarmsCommand({
    StateValue: 'ALARM',
    AlarmTypes: ['CompositeAlarm', 'MetricAlarm', 'LogAlarm'],
    MaxRecords: 100,
  });
  const call = async (): Promise<void> => {
    await Promise.all([client.send(alarms), muteRules()]);
  };
  const calls = Number(process.env['BENCH_CALLS']);
  await measure(call, Math.ceil(calls / 5));
  const before = process.cpuUsage();
  const timing = await measure(call, calls);
  const { user, system } = process.cpuUsage(before);
  return { ...timing, cpuMsPerCall: (user + system) / 1000 / calls, rssMegabytes: process.memoryUsage.rss() / 2 ** 20 };
});
