import type { Findings } from './findings.js';
import type { IssuerBlock } from './issuer-rules.js';
import { type SettingName, type Settings, settingNotes } from './settings.js';

/** Any of these configures an issuer. */
export const ISSUER_VARIABLES = [
  'AWS_IDENTITY_CENTER_ISSUER',
  'AWS_COGNITO_USER_POOL_ID',
  'OIDC_ISSUER',
  'OAUTH_ISSUER',
  'ISSUERS_FILE',
] as const satisfies readonly SettingName[];

/** Any of these lets somebody in by OAuth. */
export const OAUTH_VARIABLES = [...ISSUER_VARIABLES, 'OAUTH_ISSUER_URL'] as const satisfies readonly SettingName[];

/** Variables that mean nothing without another one. */
const NEEDS: readonly (readonly [SettingName, readonly SettingName[]])[] = [
  ['AWS_IDENTITY_CENTER_CLIENT_ID', ['AWS_IDENTITY_CENTER_ISSUER']],
  ['AWS_COGNITO_USER_POOL_ID', ['AWS_COGNITO_CLIENT_ID']],
  ['AWS_COGNITO_CLIENT_ID', ['AWS_COGNITO_USER_POOL_ID']],
  ['AWS_COGNITO_REGION', ['AWS_COGNITO_USER_POOL_ID']],
  ['AWS_COGNITO_IDENTITY_POOL_ID', ['AWS_COGNITO_USER_POOL_ID']],
  ['OIDC_CLIENT_ID', ['OIDC_ISSUER']],
  ['OIDC_PROFILE', ['OIDC_ISSUER', 'OAUTH_ISSUER']],
  ['OAUTH_JWKS_URL', ['OAUTH_ISSUER']],
  ['OAUTH_AUDIENCE', OAUTH_VARIABLES],
  ['OAUTH_ALLOWED_CLIENTS', OAUTH_VARIABLES],
];

/** The issuers that single variables describe, one of a kind at most, any number of kinds at once. */
export function issuersOfVariables(settings: Settings, findings: Findings): IssuerBlock[] {
  for (const [name, needed] of NEEDS) {
    const first = needed[0] ?? name;
    if (settings[name] !== undefined && needed.every((other) => settings[other] === undefined))
      findings.problems.push(
        `${name}: is set without ${needed.join(' or ')} (example: ${first}=${settingNotes(first).example})`,
      );
  }
  const blocks = [identityCenter(settings), cognito(settings, findings), oidc(settings), explicit(settings)];
  return blocks.filter((block) => block !== undefined);
}

function identityCenter(settings: Settings): IssuerBlock | undefined {
  const issuer = settings.AWS_IDENTITY_CENTER_ISSUER;
  if (issuer === undefined) return undefined;
  return {
    source: 'AWS_IDENTITY_CENTER_ISSUER',
    profile: 'identity-center',
    issuer,
    clientId: settings.AWS_IDENTITY_CENTER_CLIENT_ID,
    stsRegion: settings.AWS_IDENTITY_CENTER_REGION ?? 'us-east-1',
  };
}

function cognito(settings: Settings, findings: Findings): IssuerBlock | undefined {
  const { AWS_COGNITO_USER_POOL_ID: userPoolId, AWS_COGNITO_IDENTITY_POOL_ID: identityPoolId } = settings;
  if (userPoolId === undefined) return undefined;
  const region = settings.AWS_COGNITO_REGION ?? regionOfPool(userPoolId);
  if (region !== regionOfPool(userPoolId))
    findings.problems.push(
      `AWS_COGNITO_REGION: is not the region that AWS_COGNITO_USER_POOL_ID begins with (example: AWS_COGNITO_REGION=${regionOfPool(userPoolId)})`,
    );
  return {
    source: 'AWS_COGNITO_USER_POOL_ID',
    profile: 'cognito',
    issuer: cognitoIssuer(userPoolId),
    clientId: settings.AWS_COGNITO_CLIENT_ID,
    identityPoolId,
    exchange: identityPoolId === undefined ? undefined : (settings.AWS_CREDENTIAL_EXCHANGE ?? 'cognito-identity'),
    stsRegion: region,
  };
}

function oidc(settings: Settings): IssuerBlock | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = settings;
  if (issuer === undefined) return undefined;
  return { source: 'OIDC_ISSUER', profile: settings.OIDC_PROFILE ?? 'oidc', issuer, clientId };
}

function explicit(settings: Settings): IssuerBlock | undefined {
  const { OAUTH_ISSUER: issuer, OAUTH_JWKS_URL: jwksUrl } = settings;
  if (issuer === undefined) return undefined;
  return { source: 'OAUTH_ISSUER', profile: settings.OIDC_PROFILE ?? 'oidc', issuer, jwksUrl };
}

/** The `iss` of a user pool (Amazon Cognito Developer Guide, "Verifying JSON web tokens"). */
export function cognitoIssuer(userPoolId: string): string {
  const region = regionOfPool(userPoolId);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://cognito-idp.${region}.${domain}/${userPoolId}`;
}

/** The region that the id of a user pool begins with. */
export function regionOfPool(userPoolId: string): string {
  return userPoolId.slice(0, userPoolId.indexOf('_'));
}
