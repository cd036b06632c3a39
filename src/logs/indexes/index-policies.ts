import type { AccountPolicy, FieldIndex, IndexPolicy } from '@aws-sdk/client-cloudwatch-logs';

/** Fields that are indexed already, and by what: LOG_GROUP, ACCOUNT, DEFAULT or AUTO. */
export type IndexedFields = ReadonlyMap<string, string>;

/** The fields of the policies that hold for a log group. */
export function fieldsOfPolicies(policies: readonly IndexPolicy[]): IndexedFields {
  return new Map(
    policies.flatMap(({ policyDocument, source = 'LOG_GROUP' }) =>
      fieldsOfDocument(policyDocument).map((field) => [field, source] as const),
    ),
  );
}

/** Fields that AWS indexes by itself: DEFAULT for its own kinds of logs, AUTO because they are queried often. */
export function fieldsOfIndexes(indexes: readonly FieldIndex[]): IndexedFields {
  return new Map(
    indexes.flatMap(({ fieldIndexName: name, indexCategory = 'AUTO' }) =>
      name === undefined ? [] : [[name, indexCategory] as const],
    ),
  );
}

/** The fields of those account policies that hold for a log group. */
export function fieldsOfAccount(policies: readonly AccountPolicy[], logGroupName: string): IndexedFields {
  return new Map(
    policies
      .filter(({ selectionCriteria }) => selects(selectionCriteria, logGroupName))
      .flatMap(({ policyDocument }) => fieldsOfDocument(policyDocument).map((field) => [field, 'ACCOUNT'] as const)),
  );
}

/** `{"Fields": [names], "FieldsV2": {name: {type}}}` */
function fieldsOfDocument(document: string | undefined): readonly string[] {
  const policy = parsed(document ?? '');
  const fields = policy['Fields'];
  const typed = policy['FieldsV2'];
  const names = Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [];
  return typeof typed === 'object' && typed !== null ? [...names, ...Object.keys(typed)] : names;
}

/** Without criteria a policy holds everywhere; by prefix for names that begin so; by data source for no log group as such. */
function selects(criteria: string | undefined, logGroupName: string): boolean {
  if (criteria === undefined || criteria.trim() === '') return true;
  const [, rest] = /^\s*LogGroupNamePrefix\b(.*)$/s.exec(criteria) ?? [];
  if (rest === undefined) return false;
  const prefixes = rest.match(/[.\-_/#A-Za-z0-9]*[/._-][.\-_/#A-Za-z0-9]*|"[^"]*"/g) ?? [];
  const named = prefixes.some((prefix) => logGroupName.startsWith(prefix.replaceAll('"', '')));
  return /\bNOT\b/i.test(rest) ? !named : named;
}

function parsed(document: string): Readonly<Record<string, unknown>> {
  try {
    const policy: unknown = JSON.parse(document);
    return typeof policy === 'object' && policy !== null ? { ...policy } : {};
  } catch {
    return {};
  }
}
