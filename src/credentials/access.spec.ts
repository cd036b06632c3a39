import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../config/app-config.js';
import { loadAppConfig } from '../config/app-config.js';
import type { ServiceError } from '../errors.js';
import { type AuthMethod, PresentedToken, type Principal } from '../principal.js';
import { accessOf } from './access.js';
import { accountOf } from './credentials-plan.js';

const ISSUER = 'https://idp.example.com';
const ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const KEY = `ci:sha256:${'0'.repeat(64)}`;

function config(aws: Partial<AppConfig['aws']> = {}, env: Record<string, string> = {}): AppConfig {
  const loaded = loadAppConfig({
    API_KEYS: KEY,
    OIDC_ISSUER: ISSUER,
    OAUTH_AUDIENCE: 'https://mcp.example.com/mcp',
    AWS_CLOUDWATCH_ROLE_ARN: ROLE,
    ...env,
  });
  return { ...loaded, aws: { ...loaded.aws, ...aws } };
}

const local = loadAppConfig({ ENABLE_AUTH: 'false', AWS_PROFILE: 'dev' });

function principal(method: AuthMethod, extra: Partial<Principal> = {}): Principal {
  const person = { issuer: ISSUER, subject: '42', displayName: 'alice' };
  return { ...person, method, scopes: [], groups: [], claims: {}, ...extra };
}

function code(run: () => unknown): string {
  try {
    return JSON.stringify(run());
  } catch (error) {
    return (error as ServiceError).code;
  }
}

describe('accessOf', () => {
  it('assumes the role with the external id by default [B1]', () => {
    const [{ plan, alias }, ...others] = accessOf(principal('jwt'), config({ externalId: 'guid' }));
    expect(plan).toMatchObject({ kind: 'assume-role', roleArn: ROLE, externalId: 'guid' });
    expect([accountOf(plan), alias, others]).toEqual(['111111111111', '111111111111', []]);
  });

  it("hands over the caller's own token when web identity is chosen [B3]", () => {
    const token = new PresentedToken('a.b.c');
    const web = config({ exchange: 'web-identity' });
    expect(accessOf(principal('jwt', { token }), web)[0].plan).toMatchObject({
      kind: 'web-identity',
      roleArn: ROLE,
      token,
    });
    expect(code(() => accessOf(principal('introspection'), web))).toBe('credentials_refused');
  });

  it("gives an API key the role, and the server's identity only where that was chosen by name [B10]", () => {
    const key = principal('api-key');
    const kind = (aws: Partial<AppConfig['aws']>): string => accessOf(key, config(aws))[0].plan.kind;
    expect(kind({ exchange: 'web-identity' })).toBe('assume-role');
    expect(kind({ apiKeysUseServerIdentity: true })).toBe('assume-role');
    expect(kind({ roleArn: undefined, apiKeysUseServerIdentity: true })).toBe('server-identity');
    expect(code(() => kind({ roleArn: undefined }))).toBe('no_role');
  });

  it.each(['jwt', 'introspection'] as const)(
    "never lends the server's identity to a caller by %s [ISO-18]",
    (method) => {
      const lending = config({ roleArn: undefined, apiKeysUseServerIdentity: true });
      expect(code(() => accessOf(principal(method), lending))).toBe('no_role');
    },
  );

  it('uses local profiles only while authentication is off [B5]', () => {
    expect(accessOf(principal('none'), local)).toMatchObject([
      { alias: 'dev', plan: { kind: 'local-profile', profile: 'dev' } },
    ]);
    expect(code(() => accessOf(principal('none'), config()))).toBe('no_role');
  });

  it('names whom to ask and no role when there is none [ISO-18]', () => {
    try {
      accessOf(principal('jwt'), config({ roleArn: undefined, allowedRoleArns: [ROLE] }));
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toContain('ask whoever runs this server');
      expect((error as Error).message).not.toContain('arn:');
    }
  });

  it("offers an account's own regions, AWS_REGION being its default where it is among them", () => {
    const offered = (regions?: readonly string[]) => {
      const account = { alias: 'shop', roles: [{ arn: ROLE }], regions, linkedAccounts: [] };
      const grants = [{ subject: '42', claims: {}, account, roleArn: ROLE }];
      const [found] = accessOf(principal('jwt'), config({ access: { accounts: [account], grants } }));
      return [found.defaultRegion, found.regions.length];
    };
    expect(offered(['eu-west-1', 'us-east-1'])).toEqual(['us-east-1', 2]);
    expect(offered(['eu-west-1', 'eu-north-1'])).toEqual(['eu-west-1', 2]);
    expect(offered()).toEqual(['us-east-1', config().aws.allowedRegions.length]);
  });

  it('reads the role claim where ROLE_CLAIM says [B1]', () => {
    const other = 'arn:aws:iam::222222222222:role/Other';
    const claims = { 'https://example.com/role': other, 'custom:role_arn': 'ignored' };
    const env = { ROLE_CLAIM: 'https://example.com/role', AWS_ALLOWED_ROLE_ARNS: other };
    expect(accessOf(principal('jwt', { claims }), config({}, env))[0].plan).toMatchObject({ roleArn: other });
  });
});
