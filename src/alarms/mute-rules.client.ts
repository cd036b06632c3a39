import { type CloudWatchClient, GetAlarmMuteRuleCommand, ListAlarmMuteRulesCommand } from '@aws-sdk/client-cloudwatch';
import { ServiceError } from '../errors.js';
import type { MutedBy } from './alarm-actions.js';
import { muteRuleName } from './mute-rule.js';

/** Each costs a call of its own when the alarms of all are asked for. */
const MAX_ACTIVE_RULES = 10;

/**
 * Which mute rules are active now for which alarm: one call for the rules, one for the alarms of each. What the caller
 * may not read, or AWS does not answer, is not known: it never stands in the way of the alarms.
 */
export function activeMuteRules(client: CloudWatchClient, signal: AbortSignal): Promise<MutedBy> {
  return orUnknown(async () => {
    const { AlarmMuteRuleSummaries: rules = [], NextToken: more } = await client.send(
      new ListAlarmMuteRulesCommand({ Statuses: ['ACTIVE'], MaxRecords: MAX_ACTIVE_RULES }),
      { abortSignal: signal },
    );
    const known = new Map<string, string[]>();
    const targets = rules
      .map(muteRuleName)
      .map(async (name) => ({ name, alarms: await targetsOf(client, name, signal) }));
    for (const { name, alarms } of await Promise.all(targets)) {
      for (const alarm of alarms) known.set(alarm, [...(known.get(alarm) ?? []), name]);
    }
    const otherwise = more === undefined ? [] : null;
    return (alarm) => known.get(alarm) ?? otherwise;
  });
}

/** The same for one alarm only, with one call. */
export function activeMuteRulesOf(client: CloudWatchClient, alarm: string, signal: AbortSignal): Promise<MutedBy> {
  return orUnknown(async () => {
    const { AlarmMuteRuleSummaries: rules = [] } = await client.send(
      new ListAlarmMuteRulesCommand({ AlarmName: alarm, Statuses: ['ACTIVE'], MaxRecords: MAX_ACTIVE_RULES }),
      { abortSignal: signal },
    );
    const names = rules.map(muteRuleName);
    return (name) => (name === alarm ? names : null);
  });
}

async function targetsOf(client: CloudWatchClient, rule: string, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await client.send(new GetAlarmMuteRuleCommand({ AlarmMuteRuleName: rule }), { abortSignal: signal });
  return answer.MuteTargets?.AlarmNames ?? [];
}

async function orUnknown(read: () => Promise<MutedBy>): Promise<MutedBy> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ServiceError && error.code !== 'cancelled') return () => null;
    throw error;
  }
}
