import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type DescribeLogGroupsCommandInput,
  DescribeQueryDefinitionsCommand,
  type DescribeQueryDefinitionsResponse,
  type QueryDefinition,
} from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, type Part, partFields, partOf } from '../cloudwatch/answer-part.js';
import { cursorInput } from '../cloudwatch/page-cursor.js';
import { collect, type Collected, pages } from '../cloudwatch/pages.js';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { targetInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { linkedAccountsOf } from './linked-accounts.js';
import { logGroupName } from './log-group.js';
import { allowedPrefix, isAllowedLogGroup } from './log-group-access.js';
import { type LogGroupMetadata, logGroupMetadata, toLogGroupMetadata } from './log-group-metadata.js';
import { applicableQueries, type SavedQuery, savedQuery } from './saved-queries.js';

const PAGE_SIZE = 50;
const MAX_ITEMS = 10_000;
const MAX_SAVED_QUERIES = 1_000;
/** Where an allow-list leaves most groups out, one answer looks through no more pages than these. */
const MAX_PAGES = 100;

export const describeLogGroups = defineTool({
  name: 'describe_log_groups',
  title: 'Describe log groups',
  description:
    'Lists CloudWatch log groups with size, retention and class, and the saved Logs Insights queries for them. Use it first to find the names and ARNs other log tools take.',
  input: z.strictObject({
    account_identifiers: z
      .array(z.string().regex(/^\d{12}$/, 'must be a 12-digit AWS account id'))
      .max(20)
      .nullish()
      .describe('Accounts to list, with include_linked_accounts.'),
    include_linked_accounts: z.boolean().nullish().describe("In a monitoring account: linked accounts' groups too."),
    log_group_class: z.enum(['STANDARD', 'INFREQUENT_ACCESS']).nullish().describe('Only this class.'),
    log_group_name_prefix: logGroupName.nullish().describe('Exact start of the names.'),
    max_items: wholeNumber(1, MAX_ITEMS).nullish().describe('Default: all that fit into an answer.'),
    cursor: cursorInput,
    ...targetInput,
  }),
  output: z.object({
    log_group_metadata: z.array(logGroupMetadata).describe('The log groups.'),
    saved_queries: z.array(savedQuery).describe('Saved queries for these groups; with the first part only.'),
    saved_queries_truncated: z.boolean().describe('True when there are more saved queries.'),
    ...partFields,
  }),
  toolset: 'logs',
  iamActions: ['logs:DescribeLogGroups', 'logs:DescribeQueryDefinitions'],
  annotations: READ_ONLY,
  slow: false,
});

type Input = z.output<typeof describeLogGroups.input>;

@ProvidesTool(describeLogGroups)
export class DescribeLogGroupsTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof describeLogGroups.output>> {
    const { resultBudgetBytes, allowedLogGroups } = this.config.tools;
    const fromStart = input.cursor == null;
    const request = toRequest(input, linkedAccountsOf(input, await this.credentials.owner(input)), allowedLogGroups);
    if (request === undefined) return answer({ items: [], nextCursor: null }, NO_QUERIES, fromStart);
    const client = await this.credentials.client(CloudWatchLogsClient, input);
    const savedBudgetBytes = fromStart ? resultBudgetBytes / 4 : 0;
    const [groups, definitions] = await Promise.all([
      this.groups(client, input, request, resultBudgetBytes - savedBudgetBytes, call),
      fromStart ? savedQueries(client, call.signal) : NO_QUERIES,
    ]);
    const names = groups.items.map((group) => group.logGroupName);
    const saved = applicableQueries(definitions.items, names, allowedLogGroups);
    return answer(groups, withinBudget({ ...definitions, items: saved }, savedBudgetBytes), fromStart);
  }

  private groups(
    client: CloudWatchLogsClient,
    { cursor, max_items: maxItems }: Input,
    request: DescribeLogGroupsCommandInput,
    budgetBytes: number,
    { signal }: ToolCall,
  ): Promise<Part<LogGroupMetadata>> {
    const { allowedLogGroups } = this.config.tools;
    let fetched = 0;
    return collectPart(
      {
        fetch: (nextToken) => {
          fetched += 1;
          const command = new DescribeLogGroupsCommand({ ...request, limit: PAGE_SIZE, nextToken });
          return client.send(command, { abortSignal: signal });
        },
        tokenOf: (page) => page.nextToken,
        itemsOf: (page) =>
          (page.logGroups ?? [])
            .map(toLogGroupMetadata)
            .filter(({ logGroupName }) => isAllowedLogGroup(logGroupName, allowedLogGroups)),
      },
      { cursor, limit: maxItems ?? MAX_ITEMS, budgetBytes, goOn: () => fetched < MAX_PAGES },
    );
  }
}

const NO_QUERIES: Collected<never> = { items: [], truncated: false };

/** Undefined when no group with that beginning is open to anybody here. */
function toRequest(
  input: Input,
  accounts: readonly string[] | undefined,
  allowed: readonly string[] | undefined,
): DescribeLogGroupsCommandInput | undefined {
  const prefix = allowedPrefix(input.log_group_name_prefix ?? '', allowed);
  if (prefix === undefined) return undefined;
  return {
    accountIdentifiers: accounts === undefined ? undefined : [...accounts],
    includeLinkedAccounts: input.include_linked_accounts ?? undefined,
    logGroupClass: input.log_group_class ?? undefined,
    logGroupNamePrefix: prefix === '' ? undefined : prefix,
  };
}

function savedQueries(client: CloudWatchLogsClient, abortSignal: AbortSignal): Promise<Collected<QueryDefinition>> {
  const listing = pages<DescribeQueryDefinitionsResponse>((nextToken) =>
    client.send(new DescribeQueryDefinitionsCommand({ queryLanguage: 'CWLI', nextToken }), { abortSignal }),
  );
  return collect(listing, (page) => page.queryDefinitions, MAX_SAVED_QUERIES);
}

function answer(
  groups: Part<LogGroupMetadata>,
  saved: Collected<SavedQuery>,
  fromStart: boolean,
): z.input<typeof describeLogGroups.output> {
  return {
    log_group_metadata: [...groups.items],
    saved_queries: [...saved.items],
    saved_queries_truncated: saved.truncated,
    ...partOf(groups, { fromStart }),
  };
}
