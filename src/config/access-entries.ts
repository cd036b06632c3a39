import type { AccountEntry, GrantEntry } from './access-file-schema.js';
import type { AccessAccount, AccessGrant, AccessRole } from './access-rules.js';
import { AWS_REGIONS, regionsOfPartition } from './aws-regions.js';
import type { YamlPath } from './yaml-source.js';

/** What the file is checked against. */
export interface AccessSurroundings {
  readonly region: string;
  readonly allowedRegions: readonly string[];
  /** Issuers whose tokens are accepted. */
  readonly issuers: readonly string[];
  /** Labels of the accepted API keys. */
  readonly apiKeys: readonly string[];
}

/** Takes down what is wrong, or worth knowing, at a place of the file. */
export type Report = (path: YamlPath, message: string) => void;

const ALIAS = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** An account of the file; undefined when it has no role to offer. */
export function readAccount(
  alias: string,
  entry: AccountEntry,
  around: AccessSurroundings,
  report: Report,
): AccessAccount | undefined {
  const { role, roles, regions, id, ...rest } = entry;
  if (!ALIAS.test(alias)) report([], 'an alias begins with a letter and holds letters, digits, "_", "." and "-" only');
  if ((role === undefined) === (roles === undefined)) report([], 'give either role or, for several, roles');
  const all: AccessRole[] = [
    ...(role === undefined ? [] : [{ arn: role }]),
    ...Object.entries(roles ?? {}).map(([name, arn]) => ({ name, arn })),
  ];
  if (roles !== undefined && all.length === 0) report(['roles'], 'is empty; name a role');
  if (all.length === 0) return undefined;
  const account = id ?? accountIn(all[0]?.arn);
  for (const { name, arn } of all) {
    const path = name === undefined ? ['role'] : ['roles', name];
    if (accountIn(arn) !== account)
      report(path, `lies in another account than ${id === undefined ? 'the others' : 'id says'}`);
    const partition = partitionOf(around.region);
    if (partition !== undefined && arn.split(':')[1] !== partition)
      report(path, 'lies in another AWS partition than AWS_REGION');
  }
  checkRegions(regions ?? [], around, report);
  return { ...rest, alias, roles: all, regions, linkedAccounts: rest.linkedAccounts ?? [] };
}

function checkRegions(
  regions: readonly string[],
  { region, allowedRegions }: AccessSurroundings,
  report: Report,
): void {
  regions.forEach((name, index) => {
    if (allowedRegions.includes(name)) return;
    const published = regionsOfPartition(region)?.includes(name) === true;
    report(
      ['regions', index],
      published
        ? 'is not one of AWS_ALLOWED_REGIONS; add it there or remove it here'
        : 'is not a region of the AWS partition that AWS_REGION is in, e.g. us-east-1',
    );
  });
}

/** A grant of the file; undefined when it leads to no role. */
export function readGrant(
  entry: GrantEntry,
  aliases: ReadonlyMap<string, AccessAccount | undefined>,
  around: AccessSurroundings,
  report: Report,
  warn: Report,
): AccessGrant | undefined {
  const { account: alias, role, claims = {}, ...conditions } = entry;
  checkConditions({ ...conditions, claims }, around, report, warn);
  const account = aliases.get(alias);
  if (account === undefined) {
    // An account that is there but wrong has been reported already.
    if (!aliases.has(alias)) report(['account'], 'no account has this alias; it must be one of accounts');
    return undefined;
  }
  const names = account.roles.map(({ name }) => name);
  const found =
    account.roles.find(({ name }) => name === role) ?? (role === undefined ? onlyOne(account.roles) : undefined);
  if (found !== undefined) return { ...conditions, claims, account, roleArn: found.arn };
  if (names.some((name) => name !== undefined)) {
    report(role === undefined ? [] : ['role'], `must name one of the roles of ${alias}: ${names.join(', ')}`);
  } else {
    report(['role'], `${alias} has one role without a name; leave role out`);
  }
  return undefined;
}

function checkConditions(
  { apiKey, issuer, subject, group, claims }: Pick<AccessGrant, 'apiKey' | 'issuer' | 'subject' | 'group' | 'claims'>,
  around: AccessSurroundings,
  report: Report,
  warn: Report,
): void {
  const ofToken = [issuer, subject, group, ...Object.keys(claims)].some((condition) => condition !== undefined);
  if (apiKey !== undefined) {
    if (ofToken) report(['apiKey'], 'a key has no issuer, subject, group or claims; make it a grant of its own');
    else if (!around.apiKeys.includes(apiKey))
      warn(['apiKey'], 'API_KEYS holds no key of this label; the grant lets nobody in');
    return;
  }
  if (!ofToken) report([], 'lets everybody in; say whom by issuer, group, claims, subject or apiKey');
  else if (issuer === undefined && new Set(around.issuers).size > 1) {
    // SECURITY: subjects, groups and claims mean something only together with who says them.
    report([], 'name the issuer: several are configured, and they can use the same words for different people');
  } else if (issuer !== undefined && !around.issuers.includes(issuer)) {
    warn(['issuer'], 'no issuer of this address is configured, to the letter; the grant lets nobody in');
  }
}

function onlyOne<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}

function accountIn(roleArn: string | undefined): string | undefined {
  return roleArn?.split(':')[4];
}

function partitionOf(region: string): string | undefined {
  return Object.entries(AWS_REGIONS).find(([, regions]) => regions.includes(region))?.[0];
}
