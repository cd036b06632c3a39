import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownsSessionId, sealSessionId } from './session-id.js';

const secret = 's'.repeat(32);
const person = fc.record({ issuer: fc.string(), subject: fc.string() });

describe('ownsSessionId', () => {
  it('knows an id of this principal under any current secret', () => {
    fc.assert(
      fc.property(person, (owner) => {
        const id = sealSessionId(secret, 'random', owner);
        expect(ownsSessionId(['other'.repeat(8), secret], id, owner)).toBe(true);
      }),
    );
  });

  it('refuses the id of anyone else, also where issuer and subject run together', () => {
    fc.assert(
      fc.property(person, person, (owner, other) => {
        fc.pre(owner.issuer !== other.issuer || owner.subject !== other.subject);
        expect(ownsSessionId([secret], sealSessionId(secret, 'random', owner), other)).toBe(false);
      }),
    );
    expect(
      ownsSessionId([secret], sealSessionId(secret, 'r', { issuer: 'a', subject: 'bc' }), {
        issuer: 'ab',
        subject: 'c',
      }),
    ).toBe(false);
  });

  it('refuses what it never made', () => {
    fc.assert(fc.property(fc.string(), (id) => !ownsSessionId([secret], id, { issuer: 'i', subject: 's' })));
    const id = sealSessionId(secret, 'random', { issuer: 'i', subject: 's' });
    expect(ownsSessionId([secret], `${id}x`, { issuer: 'i', subject: 's' })).toBe(false);
    expect(ownsSessionId([secret], `${id}.x`, { issuer: 'i', subject: 's' })).toBe(false);
    expect(ownsSessionId(['t'.repeat(32)], id, { issuer: 'i', subject: 's' })).toBe(false);
  });
});
