import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnosisOf } from './check.js';
import { clockCheck } from './clock-check.js';
import { diagnosisText } from './diagnosis-text.js';
import { type AssumeOutcome, roleChecks } from './role-checks.js';

const SERVER = 'arn:aws:iam::999999999999:role/server';
const ASSUMED: AssumeOutcome = { kind: 'assumed' };
const REFUSED: AssumeOutcome = { kind: 'refused', said: 'AccessDenied' };
const FAILED: AssumeOutcome = { kind: 'failed', said: 'Throttling' };

const role = (name: string, externalId?: string) => ({
  arn: `arn:aws:iam::111111111111:role/${name}`,
  externalId,
  setting: 'AWS_ALLOWED_ROLE_ARNS' as const,
  byServer: true,
});

describe('roleChecks', () => {
  it('suspects an external id only when every one of several roles is refused', () => {
    const [a, b, c] = [role('a', 'one'), role('b', 'one'), role('c', 'two')];
    const areas = (outcomes: readonly [AssumeOutcome, AssumeOutcome]): string[] =>
      roleChecks(
        [
          { role: a, asConfigured: outcomes[0], withoutExternalId: REFUSED },
          { role: b, asConfigured: outcomes[1], withoutExternalId: REFUSED },
          { role: c, asConfigured: REFUSED },
        ],
        SERVER,
      ).map(({ area, status }) => `${area} ${status}`);
    expect(areas([REFUSED, REFUSED])).toEqual(['external-id fail', 'role fail']);
    expect(areas([REFUSED, ASSUMED])).toEqual(['role fail', 'role ok', 'role fail']);
    expect(areas([REFUSED, FAILED])).toEqual(['role fail', 'role fail', 'role fail']);
  });

  it('does not take silence for a refusal', () => {
    const probes = [{ role: role('a', 'one'), asConfigured: ASSUMED, withoutExternalId: FAILED }];
    expect(roleChecks(probes, SERVER)).toMatchObject([
      { status: 'warn', says: expect.stringContaining('could not be tried') },
    ]);
  });

  it('tells whom the trust policy must name', () => {
    expect(roleChecks([{ role: role('a'), asConfigured: REFUSED }], SERVER)[0]?.fix).toContain(SERVER);
  });
});

describe('clockCheck', () => {
  it('is content within 30 s, warns within 5 minutes and fails beyond, in either direction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.integer({ min: -30_000, max: 30_000 }),
        (a, b) => {
          const off = Math.abs(a);
          const expected = off <= 30_000 ? 'ok' : off <= 300_000 ? 'warn' : 'fail';
          const check = clockCheck([
            { of: 'one', offsetMs: a },
            { of: 'two', offsetMs: b },
          ]);
          expect(check.status).toBe(expected);
          if (expected !== 'ok') expect(check.says).not.toContain('two');
        },
      ),
    );
    expect(clockCheck([]).status).toBe('skip');
  });
});

describe('diagnosisText', () => {
  it('shows every check, its fix below it, and the counts', () => {
    const diagnosis = diagnosisOf([
      { area: 'aws', status: 'ok', says: 'Fine.' },
      { area: 'role', status: 'fail', says: 'Two\nlines.', fix: 'Mend it.' },
      { area: 'role', status: 'skip', says: 'Not tried.' },
    ]);
    expect(diagnosisText(diagnosis)).toBe(
      'ok    Fine.\nFAIL  Two\n      lines.\n      Fix: Mend it.\n--    Not tried.\n\nNot ready for users: 1 ok, 0 to consider, 1 failed, 1 not checked.',
    );
  });
});
