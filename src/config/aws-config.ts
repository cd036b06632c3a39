import { loadAccessFile } from './access-file.js';
import { accessSurroundings } from './access-reload.js';
import type { AccessRules } from './access-rules.js';
import type { AuthConfig } from './auth-config.js';
import { AWS_REGIONS, regionsOfPartition } from './aws-regions.js';
import type { Findings } from './findings.js';
import type { IssuerExchange } from './issuer-settings.js';
import { type Settings, settingNotes } from './settings.js';

/** How callers reach AWS. */
export interface AwsConfig {
  readonly region: string;
  readonly allowedRegions: readonly string[];
  readonly roleArn?: string;
  readonly allowedRoleArns: readonly string[];
  readonly externalId?: string;
  /** Claim by which a token selects among the roles its holder may use. */
  readonly roleClaim: string;
  /** ACCESS_FILE: who may use which account. */
  readonly access?: AccessRules;
  /** Where those rules are read again from. */
  readonly accessFile?: string;
  /** For issuers that do not say otherwise. */
  readonly exchange: IssuerExchange;
  /** Narrows every role session: JSON as STS takes it. */
  readonly sessionPolicy?: string;
  /** True only with TOKEN_CLAIM_CREDENTIALS=true. */
  readonly claimCredentials: boolean;
  /** True only with API_KEY_CREDENTIALS=server. */
  readonly apiKeysUseServerIdentity: boolean;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** Assembles how callers reach AWS; what is wrong goes to the list. */
export function assembleAws(settings: Settings, auth: AuthConfig, findings: Findings): AwsConfig {
  const region = settings.AWS_REGION ?? 'us-east-1';
  const partition = regionsOfPartition(region);
  if (partition === undefined)
    findings.problems.push(`AWS_REGION: is not a published AWS region (example: AWS_REGION=us-east-1)`);
  const allowedRegions = settings.AWS_ALLOWED_REGIONS ?? partition ?? [];
  const published = new Set(Object.values(AWS_REGIONS).flat());
  if (allowedRegions.some((name) => !published.has(name)))
    findings.problems.push(
      'AWS_ALLOWED_REGIONS: names a region AWS has not published (example: AWS_ALLOWED_REGIONS=us-east-1,eu-west-1)',
    );
  else if (partition !== undefined && !allowedRegions.includes(region))
    findings.problems.push('AWS_ALLOWED_REGIONS: does not contain AWS_REGION, the default region of every call');
  if (
    settings.AWS_ENDPOINT_URL !== undefined &&
    !isAwsHost(settings.AWS_ENDPOINT_URL) &&
    settings.INSECURE_ALLOW_AWS_ENDPOINT !== true
  ) {
    findings.problems.push(
      "AWS_ENDPOINT_URL: lies outside AWS's own domains; tokens and signed calls would go there. Set INSECURE_ALLOW_AWS_ENDPOINT=true if that is meant",
    );
  }
  if (auth.enabled && settings.AWS_PROFILE !== undefined)
    findings.problems.push('AWS_PROFILE: is for local use without authentication; remove it, or set ENABLE_AUTH=false');
  const server = settings.API_KEY_CREDENTIALS === 'server';
  checkExchanges(settings, auth, findings);
  const access = accessRules(settings, auth, { region, allowedRegions }, findings);
  const granted = new Set(access?.grants.map(({ apiKey }) => apiKey));
  const everyKeyGranted = auth.apiKeys.every(({ label }) => granted.has(label));
  if (!everyKeyGranted && settings.AWS_CLOUDWATCH_ROLE_ARN === undefined && !server) {
    findings.problems.push(
      "API_KEYS: callers with a key have no AWS role. Set AWS_CLOUDWATCH_ROLE_ARN, give their label a role in ACCESS_FILE, or, to lend them the server's own identity, API_KEY_CREDENTIALS=server",
    );
  }
  if (
    (auth.issuers.some((issuer) => issuer.exchange !== 'cognito-identity') || auth.introspection !== undefined) &&
    settings.TOKEN_CLAIM_CREDENTIALS !== true &&
    settings.AWS_CLOUDWATCH_ROLE_ARN === undefined &&
    settings.AWS_ALLOWED_ROLE_ARNS === undefined &&
    access?.grants.some(({ apiKey }) => apiKey === undefined) !== true
  ) {
    findings.problems.push(
      `AWS_CLOUDWATCH_ROLE_ARN: signed-in callers have no AWS role. Set it, or AWS_ALLOWED_ROLE_ARNS for the roles their tokens may select, or grant them accounts in ACCESS_FILE (example: AWS_CLOUDWATCH_ROLE_ARN=${settingNotes('AWS_CLOUDWATCH_ROLE_ARN').example})`,
    );
  }
  return {
    region,
    allowedRegions,
    roleArn: settings.AWS_CLOUDWATCH_ROLE_ARN,
    allowedRoleArns: settings.AWS_ALLOWED_ROLE_ARNS ?? [],
    externalId: settings.AWS_ROLE_EXTERNAL_ID,
    roleClaim: settings.ROLE_CLAIM ?? 'custom:role_arn',
    ...(access !== undefined && { access, accessFile: settings.ACCESS_FILE }),
    exchange: settings.AWS_CREDENTIAL_EXCHANGE ?? 'assume-role',
    sessionPolicy: settings.AWS_SESSION_POLICY,
    claimCredentials: settings.TOKEN_CLAIM_CREDENTIALS ?? false,
    apiKeysUseServerIdentity: server,
    profile: settings.AWS_PROFILE,
    endpointUrl: settings.AWS_ENDPOINT_URL,
  };
}

function accessRules(
  settings: Settings,
  auth: AuthConfig,
  regions: Pick<AwsConfig, 'region' | 'allowedRegions'>,
  findings: Findings,
): AccessRules | undefined {
  if (settings.ACCESS_FILE === undefined) return undefined;
  if (!auth.enabled) {
    findings.warnings.push('ACCESS_FILE is not used: without authentication there is nobody to grant anything to.');
    return undefined;
  }
  return loadAccessFile(settings.ACCESS_FILE, accessSurroundings(auth, regions), findings);
}

/** Ways to credentials that need what is not configured, or that would go past what is. */
function checkExchanges(settings: Settings, auth: AuthConfig, findings: Findings): void {
  const poolless = auth.issuers.some((issuer) => issuer.exchange === undefined && issuer.identityPoolId === undefined);
  if (settings.AWS_CREDENTIAL_EXCHANGE === 'cognito-identity' && poolless)
    findings.problems.push(
      'AWS_CREDENTIAL_EXCHANGE: cognito-identity needs AWS_COGNITO_IDENTITY_POOL_ID, and an issuer is no Cognito user pool; give that issuer an exchange of its own in ISSUERS_FILE',
    );
  if (settings.TOKEN_CLAIM_CREDENTIALS === true)
    findings.warnings.push(
      'TOKEN_CLAIM_CREDENTIALS is on: tokens carry AWS keys in the open, so anyone who sees a token holds the keys. For compatibility only.',
    );
  const unnarrowed = [
    auth.issuers.some((issuer) => (issuer.exchange ?? settings.AWS_CREDENTIAL_EXCHANGE) === 'cognito-identity') &&
      'an identity pool',
    settings.TOKEN_CLAIM_CREDENTIALS === true && 'TOKEN_CLAIM_CREDENTIALS',
    settings.API_KEY_CREDENTIALS === 'server' && 'API_KEY_CREDENTIALS=server',
    !auth.enabled && 'ENABLE_AUTH=false or stdio',
  ].filter((way) => way !== false);
  if (settings.AWS_SESSION_POLICY !== undefined && unnarrowed.length > 0)
    findings.problems.push(
      `AWS_SESSION_POLICY: cannot narrow credentials from ${unnarrowed.join(', ')}; remove one or the other`,
    );
}

function isAwsHost(url: string): boolean {
  return /(^|\.)(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(new URL(url).hostname);
}
