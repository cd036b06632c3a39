import { type AccountReach, isKnownAccount, parseArn } from '../../cloudwatch/arn.js';
import { InvalidInput } from '../../errors.js';
import { nameOfLogGroup, withoutWildcard } from '../log-group.js';
import type { QueryShape } from './query-shape.js';

/** Log groups that one query reads. */
export interface Chunk {
  readonly region: string;
  /** Names, or names and ARNs. */
  readonly logGroups: readonly string[];
}

/** What one StartQuery takes. */
export const GROUPS_PER_QUERY = 50;
const MAX_CHUNKS = 100;

/**
 * Which log groups are read where: names in every region, ARNs in their own.
 * @param owners by the regions the call names
 * @throws InvalidInput when an ARN lies in a region that the call does not name, or there is too much for one call
 */
export function planChunks<O extends Pick<AccountReach, 'account'>>(
  logGroups: readonly string[],
  owners: ReadonlyMap<string, O>,
): readonly (Chunk & { readonly owner: O })[] {
  for (const identifier of logGroups) {
    const region = parseArn(identifier)?.region;
    if (region !== undefined && !owners.has(region)) {
      throw new InvalidInput('log_group_names', `an ARN lies in ${region}, which regions does not name; add it there`);
    }
  }
  const chunks = [...owners].flatMap(([region, owner]) =>
    inPortions(groupsOf(region, logGroups, owner.account)).map((portion) => ({ region, logGroups: portion, owner })),
  );
  if (chunks.length <= MAX_CHUNKS) return chunks;
  throw new InvalidInput(
    'log_group_names',
    `these log groups in these regions need ${chunks.length} queries; one call runs at most ${MAX_CHUNKS} (${GROUPS_PER_QUERY} log groups each)`,
  );
}

/**
 * Aggregates of more log groups than one query reads come in parts, which only some can be put together from.
 * @throws InvalidInput for the others, before anything is scanned
 */
export function checkParts(chunks: readonly Chunk[], { aggregates, parts }: QueryShape): void {
  if (!aggregates || parts !== undefined) return;
  if (new Set(chunks.map(({ region }) => region)).size === chunks.length) return;
  throw new InvalidInput(
    'query_string',
    `aggregates over more than ${GROUPS_PER_QUERY} log groups of a Region come in parts, and these cannot be put together: use one stats with count, sum, min and max only (no limit after it), add @log to its by, or name at most ${GROUPS_PER_QUERY} log groups`,
  );
}

/** Each group once, whether it is named, or given as the ARN of one's own account. */
function groupsOf(region: string, logGroups: readonly string[], account: string): readonly string[] {
  const byIdentity = new Map<string, string>();
  for (const identifier of logGroups) {
    const arn = parseArn(identifier);
    if (arn !== undefined && arn.region !== region) continue;
    const own = arn === undefined || (isKnownAccount({ account }) && arn.account === account);
    const name = nameOfLogGroup(identifier);
    const key = own ? name : `${arn.account}:${name}`;
    if (!byIdentity.has(key)) byIdentity.set(key, withoutWildcard(identifier));
  }
  return [...byIdentity.values()];
}

function inPortions(logGroups: readonly string[]): readonly (readonly string[])[] {
  const portions = Math.ceil(logGroups.length / GROUPS_PER_QUERY);
  return Array.from({ length: portions }, (_, index) =>
    logGroups.slice(index * GROUPS_PER_QUERY, (index + 1) * GROUPS_PER_QUERY),
  );
}
