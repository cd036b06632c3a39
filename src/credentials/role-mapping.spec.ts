import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessAccount, AccessGrant } from '../config/access-rules.js';
import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';
import { accountOfRole, type CallerRole, type RoleRules, rolesFor } from './role-mapping.js';

const CLAIM = 'custom:role_arn';
const DEFAULT = 'arn:aws:iam::999999999999:role/Everybody';
const ALICE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const BOB = 'arn:aws:iam::222222222222:role/team/CloudWatchReader';
const ADMIN = 'arn:aws:iam::222222222222:role/Admin';
const simple: RoleRules = { roleArn: DEFAULT, allowedRoleArns: [ALICE, BOB], externalId: 'common', roleClaim: [CLAIM] };

const SHOP: AccessAccount = { alias: 'shop', roles: [{ arn: ALICE }], linkedAccounts: ['333333333333'] };
const LOGISTICS: AccessAccount = {
  alias: 'logistics',
  roles: [
    { name: 'reader', arn: BOB },
    { name: 'admin', arn: ADMIN },
  ],
  externalId: 'own',
  regions: ['eu-west-1'],
  linkedAccounts: [],
};

function principal(extra: Partial<Principal> = {}): Principal {
  const person = { issuer: 'https://idp.example.com', subject: 'alice', displayName: 'alice' };
  return { ...person, method: 'jwt', scopes: [], groups: [], claims: {}, ...extra };
}

const claiming = (role: unknown, extra: Partial<Principal> = {}): Principal =>
  principal({ claims: { [CLAIM]: role }, ...extra });

const grant = (
  account: AccessAccount,
  roleArn: string,
  conditions: Partial<AccessGrant> = { group: 'ops' },
): AccessGrant => ({
  claims: {},
  ...conditions,
  account,
  roleArn,
});

function rules(grants: readonly AccessGrant[], extra: Partial<RoleRules> = {}): RoleRules {
  return { allowedRoleArns: [], roleClaim: [CLAIM], access: { accounts: [SHOP, LOGISTICS], grants }, ...extra };
}

const arns = (roles: readonly CallerRole[]): string[] => roles.map(({ roleArn }) => roleArn);

function refusal(run: () => unknown): ServiceError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as ServiceError;
  }
}

describe('rolesFor without ACCESS_FILE', () => {
  it('gives the listed role the verified token names, in an account that goes by its id [B1]', () => {
    expect(rolesFor(claiming(BOB), simple)).toEqual([
      { alias: '222222222222', roleArn: BOB, externalId: 'common', linkedAccounts: [] },
    ]);
  });

  it('gives the role of everybody when the token names none [B1]', () => {
    expect(arns(rolesFor(principal(), simple))).toEqual([DEFAULT]);
    expect(rolesFor(principal(), { ...simple, roleArn: undefined })).toEqual([]);
  });

  it('refuses a role that is not listed and falls back to none; only the log names it [B1] [ISO-18]', () => {
    const named = 'arn:aws:iam::111111111111:role/Admin';
    const error = refusal(() => rolesFor(claiming(named), simple));
    expect(error?.code).toBe('no_role');
    expect(error?.message).toContain('ask whoever runs this server');
    expect(error?.message).not.toMatch(/Admin|arn:/);
    expect(error?.detail).toContain(named);
  });

  it('selects only by exact match, whatever the claim holds [B1]', () => {
    const nearly = fc.constantFrom(
      `${ALICE} `,
      ALICE.toUpperCase(),
      `${ALICE}*`,
      [ALICE],
      { 0: ALICE },
      '',
      null,
      true,
    );
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string(), fc.jsonValue()), (claimed) => {
        fc.pre(claimed !== ALICE && claimed !== BOB);
        expect(refusal(() => rolesFor(claiming(claimed), simple))?.code).toBe('no_role');
      }),
    );
  });

  it.each(['api-key', 'introspection', 'none'] as const)('ignores the claim for a caller by %s [B1]', (method) => {
    expect(arns(rolesFor(claiming(ALICE, { method }), simple))).toEqual([DEFAULT]);
  });

  it('finds the claim under another name, or inside another one', () => {
    const nested = principal({ claims: { aws: { role: ALICE }, 'aws.role': BOB } });
    expect(arns(rolesFor(nested, { ...simple, roleClaim: ['aws', 'role'] }))).toEqual([ALICE]);
    expect(arns(rolesFor(nested, { ...simple, roleClaim: ['aws.role'] }))).toEqual([BOB]);
    expect(arns(rolesFor(nested, { ...simple, roleClaim: ['constructor', 'name'] }))).toEqual([DEFAULT]);
  });
});

describe('rolesFor with ACCESS_FILE', () => {
  const ops = principal({ groups: ['ops'] });

  it('gives each account the role of its first match, the first match of all being the default [B8] [ISO-18]', () => {
    const both = [grant(LOGISTICS, ADMIN), grant(SHOP, ALICE), grant(LOGISTICS, BOB)];
    expect(arns(rolesFor(ops, rules(both)))).toEqual([ADMIN, ALICE]);
    expect(arns(rolesFor(ops, rules(both.toReversed())))).toEqual([BOB, ALICE]);
  });

  it('carries what the file says of the account', () => {
    const [role] = rolesFor(ops, rules([grant(LOGISTICS, BOB)], { externalId: 'common' }));
    expect(role).toEqual({
      alias: 'logistics',
      roleArn: BOB,
      externalId: 'own',
      regions: ['eu-west-1'],
      linkedAccounts: [],
    });
    expect(rolesFor(ops, rules([grant(SHOP, ALICE)], { externalId: 'common' }))[0]?.externalId).toBe('common');
  });

  it.each<[string, Partial<AccessGrant>, Partial<Principal>, boolean]>([
    ['a group', { group: 'ops' }, { groups: ['x', 'ops'] }, true],
    ['another group', { group: 'ops' }, { groups: ['ops2', 'OPS'] }, false],
    ['the subject', { subject: 'alice' }, {}, true],
    ['another subject', { subject: 'bob' }, {}, false],
    ['the issuer', { issuer: 'https://idp.example.com' }, {}, true],
    ['another issuer', { issuer: 'https://idp.example.com/', subject: 'alice' }, {}, false],
    ['a claim', { claims: { team: 'a' } }, { claims: { team: 'a' } }, true],
    ['a claim in a list', { claims: { team: 'a' } }, { claims: { team: ['b', 'a'] } }, true],
    ['a number and a boolean', { claims: { level: '3', ok: 'true' } }, { claims: { level: 3, ok: true } }, true],
    ['a claim that is part of another', { claims: { team: 'a' } }, { claims: { team: 'ab' } }, false],
    ['a claim that is an object', { claims: { team: '[object Object]' } }, { claims: { team: {} } }, false],
    ['a claim that every object has', { claims: { toString: 'x' } }, {}, false],
    ['one of two claims', { claims: { team: 'a', site: 'b' } }, { claims: { team: 'a' } }, false],
    ['all of several conditions', { group: 'ops', subject: 'alice' }, { groups: ['ops'] }, true],
    ['one of several conditions', { group: 'ops', subject: 'bob' }, { groups: ['ops'] }, false],
    ['the label of a key', { apiKey: 'ci' }, { method: 'api-key', issuer: 'apikey', subject: 'ci' }, true],
    ['the label of another key', { apiKey: 'ci' }, { method: 'api-key', issuer: 'apikey', subject: 'ci2' }, false],
    ['a subject that reads like a label', { apiKey: 'ci' }, { subject: 'ci' }, false],
    [
      'a label that reads like a subject',
      { subject: 'ci' },
      { method: 'api-key', issuer: 'apikey', subject: 'ci' },
      false,
    ],
    ['an introspected token', { group: 'ops' }, { method: 'introspection', groups: ['ops'] }, true],
    ['nobody without authentication', { subject: 'alice' }, { method: 'none' }, false],
  ])('matches by all conditions of a grant: %s [ISO-18]', (_what, conditions, person, matches) => {
    expect(arns(rolesFor(principal(person), rules([grant(SHOP, ALICE, conditions)])))).toEqual(matches ? [ALICE] : []);
  });

  it('lets a token select among its granted roles and makes that account the default [B1]', () => {
    const all = rules([grant(SHOP, ALICE), grant(LOGISTICS, BOB), grant(LOGISTICS, ADMIN)]);
    expect(arns(rolesFor(claiming(ADMIN, { groups: ['ops'] }), all))).toEqual([ADMIN, ALICE]);
    expect(arns(rolesFor(claiming(ALICE, { groups: ['ops'] }), all))).toEqual([ALICE, BOB]);
  });

  it('lets no token select a role of the file that is granted to others only [B1] [ISO-18]', () => {
    const all = rules([grant(SHOP, ALICE), grant(LOGISTICS, ADMIN, { subject: 'root' })], { roleArn: DEFAULT });
    expect(refusal(() => rolesFor(claiming(ADMIN, { groups: ['ops'] }), all))?.code).toBe('no_role');
    expect(refusal(() => rolesFor(claiming(ADMIN), all))?.code).toBe('no_role');
  });

  it('keeps what the file says of a role that AWS_ALLOWED_ROLE_ARNS or AWS_CLOUDWATCH_ROLE_ARN leads to', () => {
    const selected = rolesFor(claiming(BOB), rules([], { allowedRoleArns: [BOB] }));
    expect(selected).toMatchObject([{ alias: 'logistics', roleArn: BOB, regions: ['eu-west-1'], externalId: 'own' }]);
    expect(rolesFor(principal(), rules([], { roleArn: BOB }))).toMatchObject([{ alias: 'logistics', roleArn: BOB }]);
  });

  it('uses AWS_CLOUDWATCH_ROLE_ARN for those whom no grant matches, and for no one else [B10]', () => {
    const some = rules([grant(SHOP, ALICE)], { roleArn: DEFAULT });
    expect(arns(rolesFor(principal(), some))).toEqual([DEFAULT]);
    expect(arns(rolesFor(ops, some))).toEqual([ALICE]);
  });

  it('depends on nothing but the order of the file, and names an account once [ISO-18]', () => {
    const any = fc.record({
      account: fc.constantFrom(SHOP, LOGISTICS),
      group: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), fc.subarray(['a', 'b']), (list, groups) => {
        const grants = list.map(({ account, group }) => grant(account, account.roles[0]?.arn ?? '', { group }));
        const found = rolesFor(principal({ groups }), rules(grants)).map(({ alias }) => alias);
        const expected = list.filter(({ group }) => groups.includes(group)).map(({ account }) => account.alias);
        expect(found).toEqual([...new Set(expected)]);
        expect(rolesFor(principal({ groups: groups.toReversed() }), rules(grants)).map(({ alias }) => alias)).toEqual(
          found,
        );
      }),
    );
  });
});

describe('accountOfRole', () => {
  it('reads the twelve digits', () => {
    expect(accountOfRole(BOB)).toBe('222222222222');
  });
});
