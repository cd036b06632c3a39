import { z } from 'zod';
import { type Arn, parseArn } from '../cloudwatch/arn.js';
import { isoTime } from '../cloudwatch/iso-time.js';
import { type AlarmMention, ELSEWHERE, mentionOf, mentionsIn } from './alarm-mention.js';
import type { NamedAlarm } from './named-alarm.js';

/** An alarm of a composite alarm's tree. */
export const treeNode = z.object({
  alarm_name: z.string().describe('Name; the ARN of an alarm elsewhere.'),
  depth: z.int().describe('Steps from the root, by the shortest way.'),
  alarm_type: z.string().describe('MetricAlarm, CompositeAlarm, LogAlarm or Unknown.'),
  state_value: z.string().nullable().describe('State now.'),
  state_reason: z.string().nullable().describe('Why, shortened.'),
  state_updated_timestamp: z.string().nullable().describe('ISO 8601.'),
  actions_enabled: z.boolean().nullable().describe('False: it takes no actions.'),
  alarm_rule: z.string().nullable().describe('Rule of a composite alarm, shortened.'),
  children: z.array(z.string()).nullable().describe('Alarms of its rule, in order.'),
  suppressor: z
    .object({ alarm_name: z.string(), state_value: z.string().nullable(), suppressing: z.string().nullable() })
    .nullable()
    .describe('Alarm that suppresses its actions; suppressing: Alarm, WaitPeriod, ExtensionPeriod or null.'),
  note: z.string().nullable().describe('What is not known of it, and why.'),
});

export type TreeNode = z.output<typeof treeNode>;

/** An alarm reached from the root: what AWS says of it, if it was asked and knows it. */
export interface ReachedAlarm extends AlarmMention {
  readonly depth: number;
  readonly found?: NamedAlarm;
}

const MAX_REASON_LENGTH = 200;
const MAX_RULE_LENGTH = 500;
const MAX_CYCLES = 10;

/** The alarms of an alarm's rule; none for other kinds, undefined for a rule that cannot be read. */
export function childrenOf(found: NamedAlarm | undefined): readonly AlarmMention[] | undefined {
  return found?.kind === 'CompositeAlarm' ? mentionsIn(found.alarm.AlarmRule ?? '', arnOf(found)) : [];
}

/** The alarm that suppresses a composite alarm's actions. */
export function suppressorOf(found: NamedAlarm | undefined): AlarmMention | undefined {
  if (found?.kind !== 'CompositeAlarm' || found.alarm.ActionsSuppressor === undefined) return undefined;
  return mentionOf(found.alarm.ActionsSuppressor, arnOf(found));
}

/** An alarm as the answer shows it; `stateNamed` knows the states of suppressors. */
export function toTreeNode(reached: ReachedAlarm, stateNamed: (alarm: string) => string | undefined): TreeNode {
  const { name, depth, found } = reached;
  const children = childrenOf(found);
  const suppressor = suppressorOf(found);
  const composite = found?.kind === 'CompositeAlarm' ? found.alarm : undefined;
  const updated = found?.alarm.StateUpdatedTimestamp;
  return {
    alarm_name: name,
    depth,
    alarm_type: found?.kind ?? 'Unknown',
    state_value: found?.alarm.StateValue ?? null,
    state_reason: shortened(found?.alarm.StateReason, MAX_REASON_LENGTH),
    state_updated_timestamp: updated === undefined ? null : isoTime(updated),
    actions_enabled: found?.alarm.ActionsEnabled ?? null,
    alarm_rule: shortened(composite?.AlarmRule, MAX_RULE_LENGTH),
    children: composite === undefined ? null : (children?.map((child) => child.name) ?? null),
    suppressor:
      suppressor === undefined
        ? null
        : {
            alarm_name: suppressor.name,
            state_value: stateNamed(suppressor.name) ?? null,
            suppressing: composite?.ActionsSuppressedBy ?? null,
          },
    note: noteOn(reached, children),
  };
}

/** Ways along children that come back to an alarm they passed, at most ten: such alarms wait for each other. */
export function cyclesIn(nodes: readonly Pick<TreeNode, 'alarm_name' | 'children'>[]): string[][] {
  const children = new Map(nodes.map((node) => [node.alarm_name, node.children ?? []]));
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): void => {
    const passed = path.indexOf(name);
    if (passed >= 0 && cycles.length < MAX_CYCLES) cycles.push([...path.slice(passed), name]);
    if (passed >= 0 || done.has(name)) return;
    path.push(name);
    for (const child of children.get(name) ?? []) visit(child);
    path.pop();
    done.add(name);
  };
  for (const { alarm_name } of nodes) visit(alarm_name);
  return cycles;
}

function noteOn({ elsewhere, found }: ReachedAlarm, children: readonly AlarmMention[] | undefined): string | null {
  if (elsewhere) return ELSEWHERE;
  if (found === undefined) return 'There is no alarm of this name';
  return children === undefined ? 'Its rule cannot be read' : null;
}

function arnOf(found: NamedAlarm): Arn | undefined {
  return parseArn(found.alarm.AlarmArn ?? '');
}

function shortened(text: string | undefined, length: number): string | null {
  if (text === undefined) return null;
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
