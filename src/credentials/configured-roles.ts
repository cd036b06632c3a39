import type { AccessGrant } from '../config/access-rules.js';
import type { AppConfig } from '../config/app-config.js';

/** A role that the configuration gives to somebody. */
export interface ConfiguredRole {
  readonly arn: string;
  readonly externalId?: string;
  /** The setting that names it, for an operator. */
  readonly setting: string;
  /** Whether the server itself assumes it for someone; otherwise only the token of a caller opens it. */
  readonly byServer: boolean;
}

type Config = Pick<AppConfig, 'auth' | 'aws'>;

/** Every role that callers may be given, each once and as they would be given it. */
export function configuredRoles(config: Config): readonly ConfiguredRole[] {
  const { auth, aws } = config;
  if (!auth.enabled) return [];
  const forPeople = peopleAreAssumed(config);
  const keys = auth.apiKeys.length > 0 || auth.apiKeysFile !== undefined;
  const roles = new Map<string, ConfiguredRole>();
  for (const role of rolesOfFile(config)) roles.set(role.arn, role);
  const add = (arn: string, setting: string, byServer: boolean): void => {
    const known = roles.get(arn);
    roles.set(arn, {
      arn,
      setting,
      externalId: aws.externalId,
      ...known,
      byServer: byServer || known?.byServer === true,
    });
  };
  if (aws.roleArn !== undefined) add(aws.roleArn, 'AWS_CLOUDWATCH_ROLE_ARN', forPeople || keys);
  for (const arn of aws.allowedRoleArns) add(arn, 'AWS_ALLOWED_ROLE_ARNS', forPeople);
  return [...roles.values()];
}

function rolesOfFile(config: Config): readonly ConfiguredRole[] {
  const { accounts = [], grants = [] } = config.aws.access ?? {};
  return accounts.flatMap(({ alias, roles, externalId = config.aws.externalId }) =>
    roles.map(({ arn }) => {
      const given = grants.filter(({ roleArn }) => roleArn === arn);
      const byServer = given.some((grant) => isAssumed(grant, config));
      return { arn, externalId, setting: `ACCESS_FILE, account ${alias}`, byServer };
    }),
  );
}

function isAssumed({ apiKey, issuer }: AccessGrant, config: Config): boolean {
  return apiKey !== undefined || peopleAreAssumed(config, issuer);
}

/** Whether the server assumes roles for people of an issuer, or of any. */
function peopleAreAssumed({ auth, aws }: Config, issuer?: string): boolean {
  const opaque = auth.introspection;
  const signed = auth.issuers.filter((settings) => issuer === undefined || settings.issuer === issuer);
  return (
    (opaque !== undefined && aws.exchange === 'assume-role' && (issuer ?? opaque.issuer) === opaque.issuer) ||
    signed.some(({ exchange = aws.exchange }) => exchange === 'assume-role')
  );
}
