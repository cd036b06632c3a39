import { describe, expect, it } from 'vitest';
import type { ServiceError } from '../errors.js';
import { type AuthMethod, PresentedToken, type Principal } from '../principal.js';
import { accountOf, planCredentials, planKey } from './credentials-plan.js';

const ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const OTHER = 'arn:aws:iam::222222222222:role/CloudWatchReader';

type PlanConfig = Parameters<typeof planCredentials>[1];

function config(aws: Partial<PlanConfig['aws']> = {}, enabled = true): PlanConfig {
  const defaults = { region: 'us-east-1', allowedRegions: ['us-east-1'], allowedRoleArns: [] };
  return {
    auth: { enabled, issuers: [], apiKeys: [] },
    aws: { ...defaults, exchange: 'assume-role', apiKeysUseServerIdentity: false, ...aws },
  };
}

function principal(method: AuthMethod, extra: Partial<Principal> = {}): Principal {
  const person = { issuer: 'https://idp.example.com', subject: '42', displayName: 'alice' };
  return { ...person, method, scopes: [], groups: [], claims: {}, ...extra };
}

function code(run: () => unknown): string {
  try {
    return JSON.stringify(run());
  } catch (error) {
    return (error as ServiceError).code;
  }
}

describe('planCredentials', () => {
  it('assumes the role with the external id by default [B1]', () => {
    const plan = planCredentials(principal('jwt'), config({ roleArn: ROLE, externalId: 'guid' }));
    expect(plan).toEqual({ kind: 'assume-role', roleArn: ROLE, externalId: 'guid' });
    expect(accountOf(plan)).toBe('111111111111');
  });

  it("hands over the caller's own token when web identity is chosen [B3]", () => {
    const token = new PresentedToken('a.b.c');
    const plan = planCredentials(principal('jwt', { token }), config({ roleArn: ROLE, exchange: 'web-identity' }));
    expect(plan).toEqual({ kind: 'web-identity', roleArn: ROLE, token });
    expect(
      code(() => planCredentials(principal('introspection'), config({ roleArn: ROLE, exchange: 'web-identity' }))),
    ).toBe('credentials_refused');
  });

  it("gives an API key the role, and the server's identity only where that was chosen by name [B10]", () => {
    const key = principal('api-key');
    expect(planCredentials(key, config({ roleArn: ROLE, exchange: 'web-identity' })).kind).toBe('assume-role');
    expect(planCredentials(key, config({ roleArn: ROLE, apiKeysUseServerIdentity: true })).kind).toBe('assume-role');
    expect(planCredentials(key, config({ apiKeysUseServerIdentity: true })).kind).toBe('server-identity');
    expect(code(() => planCredentials(key, config()))).toBe('no_role');
  });

  it.each(['jwt', 'introspection'] as const)(
    "never lends the server's identity to a caller by %s [ISO-18]",
    (method) => {
      expect(code(() => planCredentials(principal(method), config({ apiKeysUseServerIdentity: true })))).toBe(
        'no_role',
      );
    },
  );

  it('uses local profiles only while authentication is off [B5]', () => {
    expect(planCredentials(principal('none'), config({}, false), 'dev')).toEqual({
      kind: 'local-profile',
      profile: 'dev',
    });
    expect(code(() => planCredentials(principal('none'), config({ roleArn: ROLE })))).toBe('no_role');
  });
});

describe('planKey', () => {
  const plan = { kind: 'assume-role', roleArn: ROLE } as const;
  const base = planKey(plan, principal('jwt'), 'us-east-1');
  const token = (text: string) => ({ kind: 'web-identity', roleArn: ROLE, token: new PresentedToken(text) }) as const;

  it('is the same for the same facts', () => {
    expect(planKey({ ...plan }, principal('jwt', { claims: { exp: 1 } }), 'us-east-1')).toBe(base);
  });

  it.each([
    ['subject', planKey(plan, principal('jwt', { subject: '43' }), 'us-east-1')],
    ['issuer', planKey(plan, principal('jwt', { issuer: 'https://other.example.com' }), 'us-east-1')],
    ['role', planKey({ ...plan, roleArn: OTHER }, principal('jwt'), 'us-east-1')],
    ['external id', planKey({ ...plan, externalId: 'x' }, principal('jwt'), 'us-east-1')],
    ['STS region', planKey(plan, principal('jwt'), 'eu-west-1')],
    ['kind', planKey(token('a.b.c'), principal('jwt'), 'us-east-1')],
    ['session name', planKey(plan, principal('jwt', { displayName: 'bob' }), 'us-east-1')],
  ])('differs by %s [ISO-02] [ISO-10]', (_fact, key) => {
    expect(key).not.toBe(base);
  });

  it('differs by token for web identity and does not hold it', () => {
    const one = planKey(token('one.token.x'), principal('jwt'), 'us-east-1');
    expect(one).not.toBe(planKey(token('two.token.x'), principal('jwt'), 'us-east-1'));
    expect(one).toMatch(/^[\w-]{43}$/);
  });
});
