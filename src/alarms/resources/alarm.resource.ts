import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { collectPart } from '../../cloudwatch/answer-part.js';
import { defaultPlace } from '../../cloudwatch/default-place.js';
import { isoTime } from '../../cloudwatch/iso-time.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import {
  type ListedResource,
  MAX_LISTED,
  ProvidesResource,
  type ResourceDefinition,
  type ResourcePlace,
} from '../../mcp/resource.js';
import type { CallContext } from '../../principal.js';
import { ALARM_TYPES, alarmListing } from '../alarm-listing.client.js';
import { isName } from '../alarm-name.js';

export const alarmResource: ResourceDefinition = {
  kind: 'alarms',
  variables: [{ name: 'name', completes: 'alarm' }],
  title: 'Alarm',
  description: 'What an alarm watches, its state and why.',
  toolset: 'alarms',
};

/** An alarm by its name; those in ALARM are offered unasked. */
@ProvidesResource(alarmResource)
export class AlarmResource {
  constructor(private readonly credentials: CredentialsService) {}

  async read(
    place: ResourcePlace,
    [name = '']: readonly string[],
    { signal }: CallContext,
  ): Promise<object | undefined> {
    if (!isName(name)) return undefined;
    const client = await this.credentials.client(CloudWatchClient, place);
    const listing = alarmListing(client, { AlarmNames: [name] }, signal);
    const { items } = await collectPart(listing, { limit: 1, budgetBytes: Infinity });
    return items[0];
  }

  async list({ signal }: CallContext): Promise<readonly ListedResource[]> {
    const place = defaultPlace(this.credentials.accounts());
    const client = await this.credentials.client(CloudWatchClient, place);
    const command = new DescribeAlarmsCommand({ StateValue: 'ALARM', AlarmTypes: ALARM_TYPES, MaxRecords: MAX_LISTED });
    const page = await client.send(command, { abortSignal: signal });
    const active = [...(page.CompositeAlarms ?? []), ...(page.MetricAlarms ?? []), ...(page.LogAlarms ?? [])];
    return active.map(({ AlarmName: name = '', StateTransitionedTimestamp: since }) => ({
      place,
      values: [name],
      title: `Alarm ${name}`,
      description: since === undefined ? 'In ALARM.' : `In ALARM since ${isoTime(since)}.`,
    }));
  }
}
