import type { AuthConfig } from './auth-config.js';
import { AWS_REGIONS, regionsOfPartition } from './aws-regions.js';
import type { Findings } from './findings.js';
import { type Settings, settingNotes } from './settings.js';

export type CredentialExchangeKind = 'assume-role' | 'web-identity';

/** How callers reach AWS. */
export interface AwsConfig {
  readonly region: string;
  readonly allowedRegions: readonly string[];
  readonly roleArn?: string;
  readonly allowedRoleArns: readonly string[];
  readonly externalId?: string;
  readonly exchange: CredentialExchangeKind;
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
  if (auth.apiKeys.length > 0 && settings.AWS_CLOUDWATCH_ROLE_ARN === undefined && !server) {
    findings.problems.push(
      "API_KEYS: callers with a key have no AWS role. Set AWS_CLOUDWATCH_ROLE_ARN, give their label a role in ACCESS_FILE, or, to lend them the server's own identity, API_KEY_CREDENTIALS=server",
    );
  }
  if (
    auth.issuers.length > 0 &&
    settings.AWS_CLOUDWATCH_ROLE_ARN === undefined &&
    settings.AWS_ALLOWED_ROLE_ARNS === undefined
  ) {
    findings.problems.push(
      `AWS_CLOUDWATCH_ROLE_ARN: signed-in callers have no AWS role. Set it, or AWS_ALLOWED_ROLE_ARNS for the roles their tokens may select (example: AWS_CLOUDWATCH_ROLE_ARN=${settingNotes('AWS_CLOUDWATCH_ROLE_ARN').example})`,
    );
  }
  return {
    region,
    allowedRegions,
    roleArn: settings.AWS_CLOUDWATCH_ROLE_ARN,
    allowedRoleArns: settings.AWS_ALLOWED_ROLE_ARNS ?? [],
    externalId: settings.AWS_ROLE_EXTERNAL_ID,
    exchange: settings.AWS_CREDENTIAL_EXCHANGE ?? 'assume-role',
    apiKeysUseServerIdentity: server,
    profile: settings.AWS_PROFILE,
    endpointUrl: settings.AWS_ENDPOINT_URL,
  };
}

function isAwsHost(url: string): boolean {
  return /(^|\.)(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(new URL(url).hostname);
}
