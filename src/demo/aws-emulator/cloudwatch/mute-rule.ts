import type {
  AlarmMuteRuleStatus,
  AlarmMuteRuleSummary,
  GetAlarmMuteRuleInput,
  GetAlarmMuteRuleOutput,
  ListAlarmMuteRulesInput,
  ListAlarmMuteRulesOutput,
} from '@aws-sdk/client-cloudwatch';
import { AwsFault, type OperationContext } from '../operation.js';
import { MINUTE_MS } from '../scenario.js';
import { invalidValue } from './alarm-input.js';
import { pageOf } from './next-token.js';
import { checkLimit } from './validation.js';

/** When the actions of which alarms are kept back; times are UTC. */
export interface MuteRule {
  readonly name: string;
  readonly description: string;
  /** `at(2026-11-21T14:00)`, or `cron(0 2 * * SUN)` whose days of month and months are `*`. */
  readonly expression: string;
  readonly durationMinutes: number;
  readonly alarms: readonly string[];
  readonly updatedAt: Date;
  readonly expires?: Date;
}

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
const STATUSES: ReadonlySet<string> = new Set(['SCHEDULED', 'ACTIVE', 'EXPIRED']);
const PAGE_SIZE = 50;

/** Whether the rule mutes at a time, will do so later, or never again. */
export function statusOf(rule: MuteRule, now: Date): AlarmMuteRuleStatus {
  if (rule.expires && now >= rule.expires) return 'EXPIRED';
  const durationMs = rule.durationMinutes * MINUTE_MS;
  const once = /^at\((.+)\)$/.exec(rule.expression)?.[1];
  if (once === undefined) return isWithinCron(rule.expression, now, durationMs) ? 'ACTIVE' : 'SCHEDULED';
  const startMs = Date.parse(`${once}Z`);
  if (now.getTime() < startMs) return 'SCHEDULED';
  return now.getTime() < startMs + durationMs ? 'ACTIVE' : 'EXPIRED';
}

/** ListAlarmMuteRules, ordered by name. */
export function listAlarmMuteRules(
  rules: readonly MuteRule[],
  input: ListAlarmMuteRulesInput,
  context: OperationContext,
): ListAlarmMuteRulesOutput {
  const { AlarmName: alarm, Statuses: statuses } = input;
  const unknown = statuses?.find((status) => !STATUSES.has(status));
  if (unknown !== undefined) throw invalidValue('Statuses', unknown);
  const size = checkLimit(input.MaxRecords, 'MaxRecords', 100, PAGE_SIZE);
  const chosen = rules
    .filter((rule) => alarm === undefined || rule.alarms.includes(alarm))
    .filter((rule) => statuses === undefined || statuses.includes(statusOf(rule, context.now)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, NextToken } = pageOf('ListAlarmMuteRules', input, chosen, size);
  return { AlarmMuteRuleSummaries: items.map((rule) => summary(rule, context)), NextToken };
}

/** @throws AwsFault ResourceNotFoundException */
export function getAlarmMuteRule(
  rules: readonly MuteRule[],
  { AlarmMuteRuleName: name }: GetAlarmMuteRuleInput,
  context: OperationContext,
): GetAlarmMuteRuleOutput {
  const rule = rules.find((candidate) => candidate.name === name);
  if (!rule) throw new AwsFault('ResourceNotFoundException', 'The alarm mute rule does not exist.', 404);
  const { description, expression, durationMinutes, alarms } = rule;
  return {
    ...summary(rule, context),
    Name: rule.name,
    Description: description,
    Rule: { Schedule: { Expression: expression, Duration: `PT${durationMinutes}M`, Timezone: 'UTC' } },
    MuteTargets: { AlarmNames: [...alarms] },
  };
}

/** The ARN of a mute rule, or of all with the name `*`. */
export function muteRuleArn({ region, accountId }: OperationContext, name: string): string {
  return `arn:aws:cloudwatch:${region}:${accountId}:alarm-mute-rule:${name}`;
}

function summary(rule: MuteRule, context: OperationContext): AlarmMuteRuleSummary {
  return {
    AlarmMuteRuleArn: muteRuleArn(context, rule.name),
    ExpireDate: rule.expires,
    Status: statusOf(rule, context.now),
    MuteType: rule.expression.startsWith('at(') ? 'ONE_TIME' : 'RECURRING',
    LastUpdatedTimestamp: rule.updatedAt,
  };
}

function isWithinCron(expression: string, now: Date, durationMs: number): boolean {
  const [minute, hour, , , day] = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(' ') ?? [];
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), Number(hour), Number(minute));
  return [0, 1, 2, 3, 4, 5, 6, 7].some((daysAgo) => {
    const startMs = today - daysAgo * 1440 * MINUTE_MS;
    const onDay = day === '*' || day === DAYS[new Date(startMs).getUTCDay()];
    return onDay && startMs <= now.getTime() && now.getTime() < startMs + durationMs;
  });
}
