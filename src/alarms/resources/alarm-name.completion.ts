import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CredentialsService } from '../../credentials/credentials.service.js';
import {
  type CompletionRequest,
  type Completions,
  completionsOf,
  MAX_COMPLETIONS,
  ProvidesCompletion,
} from '../../mcp/completion.js';
import type { CallContext } from '../../principal.js';
import { ALARM_TYPES } from '../alarm-listing.client.js';
import { isName } from '../alarm-name.js';

/** Names of alarms by their beginning, letter case included, as CloudWatch looks them up. */
@ProvidesCompletion({ kind: 'alarm', toolset: 'alarms' })
export class AlarmNameCompletion {
  constructor(private readonly credentials: CredentialsService) {}

  async complete({ value, account, region }: CompletionRequest, { signal }: CallContext): Promise<Completions> {
    if (value !== '' && !isName(value)) return completionsOf([], value);
    const client = await this.credentials.client(CloudWatchClient, { account, region });
    const page = await client.send(
      new DescribeAlarmsCommand({
        AlarmNamePrefix: value === '' ? undefined : value,
        AlarmTypes: ALARM_TYPES,
        MaxRecords: MAX_COMPLETIONS,
      }),
      { abortSignal: signal },
    );
    const alarms = [...(page.CompositeAlarms ?? []), ...(page.MetricAlarms ?? []), ...(page.LogAlarms ?? [])];
    return completionsOf(
      alarms.map(({ AlarmName: name = '' }) => name),
      value,
      page.NextToken !== undefined,
    );
  }
}
