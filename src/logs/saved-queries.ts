import type { QueryDefinition } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { nameOfLogGroup } from './log-group.js';
import { isAllowedLogGroup } from './log-group-access.js';

/** A saved query as a tool answers it. */
export const savedQuery = z.object({
  name: z.string().describe('Name.'),
  queryString: z.string().describe('Logs Insights query.'),
  logGroupNames: z.array(z.string()).describe('Log groups it is saved for.'),
  logGroupPrefixes: z.array(z.string()).describe('Prefixes of log groups it selects itself.'),
});

export type SavedQuery = z.output<typeof savedQuery>;

const SOURCE_PREFIXES = /source\s+logGroups\s*\(\s*namePrefix\s*:\s*\[([^\]]*)\]/i;

/**
 * The saved queries that apply to one of the log groups, by name or by the prefixes of a `SOURCE` command; of the groups
 * they are saved for they name those the operator's list opens.
 */
export function applicableQueries(
  definitions: readonly QueryDefinition[],
  groupNames: readonly string[],
  allowed?: readonly string[],
): readonly SavedQuery[] {
  const listed = new Set(groupNames);
  return definitions
    .map((definition) => toSavedQuery(definition, allowed))
    .filter(
      (query) =>
        query.logGroupNames.some((name) => listed.has(nameOfLogGroup(name))) ||
        query.logGroupPrefixes.some((prefix) => groupNames.some((name) => name.startsWith(prefix))),
    );
}

function toSavedQuery(
  { name = '', queryString = '', logGroupNames = [] }: QueryDefinition,
  allowed: readonly string[] | undefined,
): SavedQuery {
  return {
    name,
    queryString,
    logGroupNames: [...new Set(logGroupNames)].filter((group) => isAllowedLogGroup(nameOfLogGroup(group), allowed)),
    logGroupPrefixes: prefixesIn(queryString),
  };
}

function prefixesIn(queryString: string): string[] {
  const list = SOURCE_PREFIXES.exec(queryString)?.[1] ?? '';
  return [...new Set([...list.matchAll(/["']([^"']+)["']/g)].map((match) => match[1] ?? ''))];
}
