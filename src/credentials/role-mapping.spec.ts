import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';
import { accountOfRole, ROLE_CLAIM, roleFor } from './role-mapping.js';

const DEFAULT = 'arn:aws:iam::999999999999:role/Everybody';
const ALICE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const BOB = 'arn:aws:iam::222222222222:role/team/CloudWatchReader';
const rules = { roleArn: DEFAULT, allowedRoleArns: [ALICE, BOB] };

function principal(claimed?: unknown, method: Principal['method'] = 'jwt'): Principal {
  const claims = claimed === undefined ? {} : { [ROLE_CLAIM]: claimed };
  const person = { issuer: 'https://idp.example.com', subject: 'alice', displayName: 'alice' };
  return { ...person, method, scopes: [], groups: [], claims };
}

function refusal(run: () => unknown): ServiceError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as ServiceError;
  }
}

describe('roleFor', () => {
  it('takes the listed role the verified token names [B1]', () => {
    expect(roleFor(principal(BOB), rules)).toBe(BOB);
  });

  it('takes the role of everybody when the token names none [B1]', () => {
    expect(roleFor(principal(), rules)).toBe(DEFAULT);
    expect(roleFor(principal(), { allowedRoleArns: [ALICE] })).toBeUndefined();
  });

  it('refuses a role that is not listed and falls back to none; only the log names it [B1] [ISO-18]', () => {
    const named = 'arn:aws:iam::111111111111:role/Admin';
    const error = refusal(() => roleFor(principal(named), rules));
    expect(error?.code).toBe('no_role');
    expect(error?.message).toContain('ask whoever runs this server');
    expect(error?.message).not.toContain('Admin');
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
        expect(refusal(() => roleFor(principal(claimed), rules))?.code).toBe('no_role');
      }),
    );
  });

  it.each(['api-key', 'introspection', 'none'] as const)('ignores the claim for a caller by %s [B1]', (method) => {
    expect(roleFor(principal(ALICE, method), rules)).toBe(DEFAULT);
  });
});

describe('accountOfRole', () => {
  it('reads the twelve digits', () => {
    expect(accountOfRole(BOB)).toBe('222222222222');
  });
});
