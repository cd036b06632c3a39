import type { QueryDefinition } from '@aws-sdk/client-cloudwatch-logs';
import { nameOfLogGroup } from './log-group.js';

export interface SavedQuery {
  name: string;
  queryString: string;
  logGroupNames: string[];
  logGroupPrefixes: string[];
}

const SOURCE_PREFIXES = /source\s+logGroups\s*\(\s*namePrefix\s*:\s*\[([^\]]*)\]/i;

/** The saved queries that apply to one of the log groups, by name or by the prefixes of a `SOURCE` command. */
export function applicableQueries(
  definitions: readonly QueryDefinition[],
  groupNames: readonly string[],
): readonly SavedQuery[] {
  const listed = new Set(groupNames);
  return definitions
    .map(toSavedQuery)
    .filter(
      (query) =>
        query.logGroupNames.some((name) => listed.has(nameOfLogGroup(name))) ||
        query.logGroupPrefixes.some((prefix) => groupNames.some((name) => name.startsWith(prefix))),
    );
}

function toSavedQuery({ name = '', queryString = '', logGroupNames = [] }: QueryDefinition): SavedQuery {
  return {
    name,
    queryString,
    logGroupNames: [...new Set(logGroupNames)],
    logGroupPrefixes: prefixesIn(queryString),
  };
}

function prefixesIn(queryString: string): string[] {
  const list = SOURCE_PREFIXES.exec(queryString)?.[1] ?? '';
  return [...new Set([...list.matchAll(/["']([^"']+)["']/g)].map((match) => match[1] ?? ''))];
}
