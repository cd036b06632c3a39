import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { accountInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { childrenOf, cyclesIn, type ReachedAlarm, suppressorOf, toTreeNode, treeNode } from './alarm-graph.js';
import { alarmNameInput } from './alarm-name.js';
import { alarmReference } from './alarm-reference.js';
import { alarmLink } from './alarm-summary.js';
import { alarmsByName } from './alarms-by-name.client.js';
import { unknownAlarm } from './unknown-alarm.js';

const DEFAULT_MAX_DEPTH = 5;
const MAX_NODES = 200;

export const getCompositeAlarmTree = defineTool({
  name: 'get_composite_alarm_tree',
  title: 'Get composite alarm tree',
  description: 'Shows the alarms below a composite alarm, each once, with state, reason and suppressor; finds cycles.',
  input: z.strictObject({
    alarm_name: alarmNameInput,
    max_depth: wholeNumber(1, 10).nullish().describe(`Default ${DEFAULT_MAX_DEPTH}.`),
    ...accountInput,
  }),
  output: z.object({
    nodes: z.array(treeNode).describe('The root, then level by level.'),
    cycles: z.array(z.array(z.string())).describe('Names along ways that come back to where they began.'),
    returned: z.int().describe('How many alarms are shown.'),
    truncated: z.boolean().describe('True when alarms below are not shown.'),
    message: z.string().nullable().describe('Says what is not shown.'),
    console_url: z.string().describe('The root in the CloudWatch console.'),
  }),
  toolset: 'alarms',
  iamActions: ['cloudwatch:DescribeAlarms'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getCompositeAlarmTree)
export class GetCompositeAlarmTreeTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getCompositeAlarmTree.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getCompositeAlarmTree.output>> {
    const alarm = alarmReference(input);
    const owner = await this.credentials.owner(alarm.target);
    alarm.checkOwner(owner);
    const client = await this.credentials.client(CloudWatchClient, alarm.target);
    const { reached, beyond } = await reach(client, alarm.name, input.max_depth ?? DEFAULT_MAX_DEPTH, call.signal);
    const stateNamed = await suppressorStates(client, reached, call.signal);
    const nodes = reached.map((item) => toTreeNode(item, stateNamed));
    const shown = withinBudget({ items: nodes, truncated: beyond > 0 }, this.config.tools.resultBudgetBytes);
    return {
      nodes: [...shown.items],
      cycles: cyclesIn(nodes),
      returned: shown.items.length,
      truncated: shown.truncated,
      message: messageFor(reached[0], beyond + nodes.length - shown.items.length),
      console_url: alarmLink(owner.region, alarm.name),
    };
  }
}

/**
 * The alarms from the root down, each once, with a call for each hundred of a level.
 * @returns them, and how many further ones they name
 * @throws ServiceError `aws_not_found` without the root
 */
async function reach(
  client: CloudWatchClient,
  root: string,
  maxDepth: number,
  signal: AbortSignal,
): Promise<{ readonly reached: readonly ReachedAlarm[]; readonly beyond: number }> {
  const reached = new Map<string, ReachedAlarm>();
  let level: ReachedAlarm[] = [{ name: root, elsewhere: false, depth: 0 }];
  for (let depth = 0; depth <= maxDepth && level.length > 0 && reached.size < MAX_NODES; depth += 1) {
    const taken = level.slice(0, MAX_NODES - reached.size);
    const asked = taken.filter(({ elsewhere }) => !elsewhere).map(({ name }) => name);
    const found = await alarmsByName(client, asked, signal);
    if (depth === 0 && found.size === 0) throw unknownAlarm();
    for (const item of taken) {
      reached.set(item.name, { ...item, found: item.elsewhere ? undefined : found.get(item.name) });
    }
    const below = [...level.slice(taken.length), ...nextLevel(taken, reached, depth + 1)];
    level = [...new Map(below.map((item) => [item.name, item])).values()];
  }
  return { reached: [...reached.values()], beyond: level.length };
}

function nextLevel(
  parents: readonly ReachedAlarm[],
  reached: ReadonlyMap<string, ReachedAlarm>,
  depth: number,
): readonly ReachedAlarm[] {
  return parents
    .flatMap(({ name }) => childrenOf(reached.get(name)?.found) ?? [])
    .filter(({ name }) => !reached.has(name))
    .map((mention) => ({ ...mention, depth }));
}

/** The states of the suppressors, asked for where they are no part of the tree. */
async function suppressorStates(
  client: CloudWatchClient,
  reached: readonly ReachedAlarm[],
  signal: AbortSignal,
): Promise<(name: string) => string | undefined> {
  const states = new Map(reached.map(({ name, found }) => [name, found?.alarm.StateValue]));
  const suppressors = reached.flatMap(({ found }) => suppressorOf(found) ?? []);
  const others = suppressors.filter(({ name, elsewhere }) => !elsewhere && !states.has(name)).map(({ name }) => name);
  for (const [name, { alarm }] of await alarmsByName(client, [...new Set(others)], signal)) {
    states.set(name, alarm.StateValue);
  }
  return (name) => states.get(name);
}

function messageFor(root: ReachedAlarm | undefined, notShown: number): string | null {
  if (notShown > 0) return `${notShown} or more alarms further down are not shown; ask for the tree of one of these`;
  return root?.found?.kind === 'CompositeAlarm' ? null : 'This is not a composite alarm: there is nothing below it';
}
