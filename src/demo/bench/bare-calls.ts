import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { localProfile } from '../aws-emulator/roles.js';
import { serveParent } from './child.js';
import { measure } from './load.js';

/** Candidate c: the same AWS call from the bare SDK. Runs on start and announces its timing. */
await serveParent(async () => {
  const { accessKeyId, secretAccessKey } = localProfile('111111111111');
  const client = new CloudWatchClient({
    region: 'us-east-1',
    endpoint: process.env['BENCH_AWS_URL'] ?? '',
    credentials: { accessKeyId, secretAccessKey },
  });
  const call = async (): Promise<void> => {
    await client.send(
      new DescribeAlarmsCommand({ StateValue: 'ALARM', AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], MaxRecords: 51 }),
    );
  };
  const calls = Number(process.env['BENCH_CALLS']);
  await measure(call, Math.ceil(calls / 5));
  const before = process.cpuUsage();
  const timing = await measure(call, calls);
  const { user, system } = process.cpuUsage(before);
  return { ...timing, cpuMsPerCall: (user + system) / 1000 / calls, rssMegabytes: process.memoryUsage.rss() / 2 ** 20 };
});
