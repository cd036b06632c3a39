import {
  CloudWatchLogsClient,
  type DescribeLogGroupsRequest,
  DescribeQueryDefinitionsCommand,
  type DescribeQueryDefinitionsResponse,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { collect, pages } from '../cloudwatch/pages.js';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { targetInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { logGroupName } from './log-group.js';
import { linkedAccountsOf } from './linked-accounts.js';
import { logGroupMetadata, toLogGroupMetadata } from './log-group-metadata.js';
import { applicableQueries } from './saved-queries.js';

const PAGE_SIZE = 50;
const DEFAULT_MAX_ITEMS = 1_000;
const MAX_SAVED_QUERIES = 1_000;

export const describeLogGroups = defineTool({
  name: 'describe_log_groups',
  title: 'Describe log groups',
  description:
    'Lists CloudWatch log groups with size, retention and class, and the saved Logs Insights queries that apply to them. Use it first to find the names and ARNs other log tools take.',
  input: z.strictObject({
    account_identifiers: z
      .array(z.string().regex(/^\d{12}$/, 'must be a 12-digit AWS account id'))
      .max(20)
      .nullish()
      .describe('Accounts to list, with include_linked_accounts.'),
    include_linked_accounts: z
      .boolean()
      .nullish()
      .describe('In a monitoring account: its linked accounts too. Default false.'),
    log_group_class: z.enum(['STANDARD', 'INFREQUENT_ACCESS']).nullish().describe('Only this class.'),
    log_group_name_prefix: logGroupName.nullish().describe('Exact start of the names.'),
    max_items: wholeNumber(1, 10_000).nullish().describe('At most so many groups. Default: all, up to 1,000.'),
    ...targetInput,
  }),
  output: z.object({
    log_group_metadata: z.array(logGroupMetadata).describe('The log groups.'),
    saved_queries: z
      .array(
        z.object({
          name: z.string().describe('Name.'),
          queryString: z.string().describe('Logs Insights query.'),
          logGroupNames: z.array(z.string()).describe('Log groups it is saved for.'),
          logGroupPrefixes: z.array(z.string()).describe('Prefixes of log groups it selects itself.'),
        }),
      )
      .describe('Saved queries for these groups.'),
    truncated: z.boolean().describe('True when there are more log groups than returned.'),
  }),
  toolset: 'logs',
  iamActions: ['logs:DescribeLogGroups', 'logs:DescribeQueryDefinitions'],
  annotations: READ_ONLY,
  slow: false,
});

type Input = z.output<typeof describeLogGroups.input>;

@ProvidesTool(describeLogGroups)
export class DescribeLogGroupsTool {
  constructor(private readonly credentials: CredentialsService) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof describeLogGroups.output>> {
    const request = toRequest(input, linkedAccountsOf(input, await this.credentials.owner(input)));
    const client = await this.credentials.client(CloudWatchLogsClient, input);
    const maxItems = input.max_items ?? DEFAULT_MAX_ITEMS;
    const options = { abortSignal: call.signal };
    const [groups, definitions] = await Promise.all([
      collect(
        paginateDescribeLogGroups({ client, pageSize: Math.min(PAGE_SIZE, maxItems) }, request, options),
        (page) => page.logGroups,
        maxItems,
      ),
      collect(
        pages<DescribeQueryDefinitionsResponse>((nextToken) =>
          client.send(new DescribeQueryDefinitionsCommand({ queryLanguage: 'CWLI', nextToken }), options),
        ),
        (page) => page.queryDefinitions,
        MAX_SAVED_QUERIES,
      ),
    ]);
    const { items, truncated } = withinBudget(
      { items: groups.items.map(toLogGroupMetadata), truncated: groups.truncated },
      600_000,
    );
    const names = items.map((group) => group.logGroupName);
    const saved = withinBudget({ items: applicableQueries(definitions.items, names), truncated: false }, 200_000);
    return { log_group_metadata: [...items], saved_queries: [...saved.items], truncated };
  }
}

function toRequest(input: Input, accounts: readonly string[] | undefined): DescribeLogGroupsRequest {
  return {
    accountIdentifiers: accounts === undefined ? undefined : [...accounts],
    includeLinkedAccounts: input.include_linked_accounts ?? undefined,
    logGroupClass: input.log_group_class ?? undefined,
    logGroupNamePrefix: input.log_group_name_prefix ?? undefined,
  };
}
