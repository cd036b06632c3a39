import type { AccountPolicy, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../errors.js';
import { HISTORY_DAYS, IndexHistory } from './index-history.js';
import { indexedFields, policiesOfAccount } from './index-policies.client.js';
import { fieldsOfAccount, type IndexedFields } from './index-policies.js';
import { type GroupRecommendation, recommend } from './index-recommendation.js';
import { TRIAGE_WEIGHTS } from './index-score.js';
import { readHistory } from './query-history.client.js';

export interface AccountRequest {
  readonly client: CloudWatchLogsClient;
  readonly maxQueries: number;
  /** Whether a log group may be spoken of. */
  readonly isAllowed: (logGroupName: string) => boolean;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export interface AccountRecommendation {
  /** The best first. */
  readonly groups: readonly GroupRecommendation[];
  readonly analyzedGroups: number;
  readonly analyzedQueries: number;
  readonly warnings: readonly string[];
}

/** So many log groups are asked for policies of their own. */
const LOOKED_AT = 10;

/**
 * What to index in the log groups that were queried most, from the history and the policies alone: nothing is scanned.
 * @throws ServiceError when the history cannot be had
 */
export async function recommendForAccount(request: AccountRequest): Promise<AccountRecommendation> {
  const { client, maxQueries, now, signal } = request;
  const warnings: string[] = [];
  const histories = new Map<string, IndexHistory>();
  let unnamed = 0;
  const capped = await readHistory(client, { limit: maxQueries, signal }, (query) => {
    const name = query.logGroupName;
    if (name === undefined || name === '') unnamed += 1;
    else if (request.isAllowed(name)) historyOf(name, histories, now).add(query);
  });
  const used = new Map([...histories].filter(([, history]) => history.queries > 0));
  if (capped) warnings.push(`Query history was capped at ${maxQueries} queries. Raise max_queries for more.`);
  if (unnamed > 0) warnings.push(`${unnamed} queries name no single log group and are left out.`);
  if (used.size === 0) warnings.push(`No completed queries found in the last ${HISTORY_DAYS} days.`);
  const groups = used.size === 0 ? [] : await recommendations(used, request, warnings);
  return {
    groups,
    analyzedGroups: used.size,
    analyzedQueries: [...used.values()].reduce((sum, { queries }) => sum + queries, 0),
    warnings,
  };
}

function historyOf(name: string, histories: Map<string, IndexHistory>, now: Date): IndexHistory {
  const history = histories.get(name) ?? new IndexHistory(now);
  histories.set(name, history);
  return history;
}

async function recommendations(
  histories: ReadonlyMap<string, IndexHistory>,
  request: AccountRequest,
  warnings: string[],
): Promise<readonly GroupRecommendation[]> {
  const { client, signal, now } = request;
  const policies = await policiesOfAccount(client, signal).catch((error: unknown): readonly AccountPolicy[] => {
    warnings.push(`Could not fetch index policies: ${messageOf(error)}`);
    return [];
  });
  const triage = (name: string, history: IndexHistory, indexed: IndexedFields): GroupRecommendation =>
    recommend({
      logGroup: name,
      history,
      indexed,
      probe: undefined,
      weights: TRIAGE_WEIGHTS,
      storedScore: 0,
      now,
      warnings: [],
    });
  const first = [...histories].map(([name, history]) => triage(name, history, fieldsOfAccount(policies, name)));
  const ranked = bestFirst(first);
  const looked = await Promise.all(
    ranked.slice(0, LOOKED_AT).map(async (group) => {
      const history = histories.get(group.log_group);
      const indexed = await ownIndexes(client, group.log_group, signal, warnings);
      return history === undefined || indexed === undefined ? group : triage(group.log_group, history, indexed);
    }),
  );
  if (ranked.length > LOOKED_AT) {
    warnings.push(
      `Index policies of their own were looked at for the ${LOOKED_AT} best log groups only; recommend_indexes_loggroup looks at one.`,
    );
  }
  return bestFirst([...looked, ...ranked.slice(LOOKED_AT)]);
}

/** Undefined, and a warning for the first, where AWS refuses. */
async function ownIndexes(
  client: CloudWatchLogsClient,
  logGroup: string,
  signal: AbortSignal,
  warnings: string[],
): Promise<IndexedFields | undefined> {
  return indexedFields(client, logGroup, signal).catch((error: unknown) => {
    const gone = error instanceof ServiceError && error.code === 'aws_not_found';
    const warning = `Could not fetch the index policies of log groups: ${messageOf(error)}`;
    if (!gone && !warnings.includes(warning)) warnings.push(warning);
    return undefined;
  });
}

function bestFirst(groups: readonly GroupRecommendation[]): readonly GroupRecommendation[] {
  return groups
    .filter((group) => group.recommendations.length > 0 || group.already_indexed.length > 0)
    .toSorted((left, right) => bestScore(right) - bestScore(left));
}

function bestScore({ recommendations: [best] }: GroupRecommendation): number {
  return best?.score ?? 0;
}

function messageOf(error: unknown): string {
  if (error instanceof ServiceError && error.code !== 'cancelled') return error.message;
  throw error;
}
