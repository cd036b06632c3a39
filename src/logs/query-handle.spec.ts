import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openQueryId, type QueryOwner, sealQueryId } from './query-handle.js';

const ID = '12ab34cd-12ab-34cd-56ef-1234567890ab';
const ALICE: QueryOwner = {
  issuer: 'https://idp.example',
  subject: 'alice',
  account: '111111111111',
  region: 'us-east-1',
};

describe('openQueryId', () => {
  it('opens what the owner was given', () => {
    expect(openQueryId(['secret'], sealQueryId('secret', ID, ALICE), ALICE)).toBe(ID);
  });

  it('opens handles of an older secret while secrets are rotated', () => {
    expect(openQueryId(['new', 'old'], sealQueryId('old', ID, ALICE), ALICE)).toBe(ID);
    expect(openQueryId(['new'], sealQueryId('old', ID, ALICE), ALICE)).toBeUndefined();
  });

  it.each([
    { issuer: 'https://other.example' },
    { subject: 'bob' },
    { account: '222222222222' },
    { region: 'eu-west-1' },
  ])('stays shut for %j [MCP-23]', (difference) => {
    expect(openQueryId(['secret'], sealQueryId('secret', ID, ALICE), { ...ALICE, ...difference })).toBeUndefined();
  });

  it('stays shut when the parts of two owners only join to the same text [MCP-23]', () => {
    const handle = sealQueryId('secret', ID, { ...ALICE, issuer: 'a","b', subject: 'c' });
    expect(openQueryId(['secret'], handle, { ...ALICE, issuer: 'a', subject: 'b","c' })).toBeUndefined();
  });

  it.each([ID, `${ID}.`, '.', '', `.${ID}`, `${ID}.${'A'.repeat(43)}`, 'é.ü'])(
    'stays shut for %j [MCP-23]',
    (handle) => {
      expect(openQueryId(['secret'], handle, ALICE)).toBeUndefined();
    },
  );

  it('opens nothing but the handle itself [MCP-23]', () => {
    const handle = sealQueryId('secret', ID, ALICE);
    fc.assert(
      fc.property(fc.nat({ max: handle.length - 1 }), fc.string({ minLength: 0, maxLength: 2 }), (at, text) => {
        const changed = handle.slice(0, at) + text + handle.slice(at + 1);
        fc.pre(changed !== handle);
        expect(openQueryId(['secret'], changed, ALICE)).toBeUndefined();
      }),
    );
  });

  it('carries at least 128 bits of MAC', () => {
    expect(Buffer.from(sealQueryId('secret', ID, ALICE).split('.')[1] ?? '', 'base64url')).toHaveLength(32);
  });
});
