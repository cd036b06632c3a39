import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roleSessionName, sessionTags, sourceIdentity, userSlug } from './role-session.js';

const STS_NAME = /^[\w+=,.@-]{2,64}$/;
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const FAR = Date.UTC(4400, 0, 1);
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

const person = (subject: string, issuer = 'https://idp.example.com', displayName = subject) => ({
  issuer,
  subject,
  displayName,
});
const anyText = fc.string({ unit: 'binary', maxLength: 400 });

describe('roleSessionName', () => {
  it('holds a readable name, a hash of the person and the time in base 36 [B7]', () => {
    const name = roleSessionName(person('42', 'https://idp.example.com', 'Alice Müller'), NOW);
    const hash = createHash('sha256').update('["https://idp.example.com","42"]').digest();
    expect(name).toMatch(/^Alice-Muller-[a-z2-7]{20}-[0-9a-z]{6}$/);
    expect(name.split('-')[2]).toBe(base32(hash).slice(0, 20));
    expect(Number.parseInt(name.split('-')[3] ?? '', 36)).toBe(NOW / 1000);
  });

  it('fits what STS takes for every person and time [B7] [ISO-04]', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, fc.integer({ min: 0, max: FAR }), (iss, sub, display, now) => {
        expect(roleSessionName(person(sub, iss, display), now)).toMatch(STS_NAME);
      }),
    );
  });

  it('keeps apart subjects that look alike once cleaned [B7] [ISO-04]', () => {
    const long = 'x'.repeat(64);
    const subjects = [
      'a b',
      'a_b',
      'a/b',
      'a-b',
      'auth0|a',
      `${long}1`,
      `${long}2`,
      'a+1@x.org',
      'a+2@x.org',
      '',
      ' ',
      '🙂',
    ];
    expect(new Set(subjects.map((subject) => roleSessionName(person(subject), NOW))).size).toBe(subjects.length);
  });

  it('keeps apart the same subject of two issuers and shifted borders between them [ISO-02]', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (iss, sub, otherIss, otherSub) => {
        fc.pre(iss !== otherIss || sub !== otherSub);
        expect(sourceIdentity(person(sub, iss, 'x'))).not.toBe(sourceIdentity(person(otherSub, otherIss, 'x')));
      }),
    );
    expect(sourceIdentity(person('bc', 'a', 'x'))).not.toBe(sourceIdentity(person('c', 'ab', 'x')));
  });

  it('gives 100,000 subjects 100,000 names [ISO-04]', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => sourceIdentity(person(`user${index}@example.com`)));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('sourceIdentity', () => {
  it('is the session name without the time [B7]', () => {
    const alice = person('alice');
    expect(roleSessionName(alice, NOW)).toBe(`${sourceIdentity(alice)}-${(NOW / 1000).toString(36)}`);
    expect(roleSessionName(alice, NOW + 1000)).not.toBe(roleSessionName(alice, NOW));
  });
});

describe('userSlug', () => {
  it.each([
    ['alice', 'alice'],
    ['alice.doe@example.com', 'alice.doe'],
    ['José Ñandú', 'Jose-Nandu'],
    ['auth0|x', 'auth0-x'],
    ['', 'user'],
    ['🙂', 'user'],
    ['x'.repeat(50), 'x'.repeat(32)],
  ])('turns %j into %j', (name, slug) => {
    expect(userSlug(name)).toBe(slug);
  });
});

describe('sessionTags', () => {
  it('shows ids as they are and hashes anything else', () => {
    expect(sessionTags(person('00u1ab'))).toEqual([
      { Key: 'McpIss', Value: 'https://idp.example.com' },
      { Key: 'McpSub', Value: '00u1ab' },
    ]);
    expect(sessionTags(person('auth0|x'))[1]?.Value).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('is legal for STS and different for different subjects, hash look-alikes included [ISO-21]', () => {
    const subject = fc.oneof(anyText, fc.constantFrom('a,b', 'a=b', '*', 'auth0|x', tag('auth0|x'), 'é'.repeat(300)));
    fc.assert(
      fc.property(subject, subject, (one, other) => {
        expect(tag(one)).toMatch(TAG_VALUE);
        expect(tag(one) === tag(other)).toBe(one === other);
      }),
    );
    expect(tag(tag('auth0|x'))).not.toBe(tag('auth0|x'));
  });
});

function tag(subject: string): string {
  return sessionTags(person(subject))[1]?.Value ?? '';
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(Number.parseInt(five, 2)))
    .join('');
}
