import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTaskId, sealTaskId, type TaskFacts } from './task-id.js';

const SECRET = 'a-state-secret-of-more-than-32-characters';
const EARLIER = 'the-state-secret-before-it-32-characters';
const ALICE = { issuer: 'https://idp.test', subject: 'alice' };
const FACTS: TaskFacts = {
  tool: 'execute_log_insights_query',
  createdAt: 1_790_000_000_000,
  payload: { queryId: '12ab34cd-56ef', account: '111122223333', region: 'eu-west-1' },
};
const NONCE = new Uint8Array(12).fill(7);

const facts: fc.Arbitrary<TaskFacts> = fc.record({
  tool: fc.string({ maxLength: 64 }),
  createdAt: fc.nat(),
  payload: fc.dictionary(
    fc.string({ maxLength: 9 }),
    fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer()),
    { maxKeys: 6 },
  ),
});
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });
const owner = fc.record({ issuer: fc.string(), subject: fc.string() });

describe('sealTaskId', () => {
  it('makes an id that opens for its owner and says what went in', () => {
    fc.assert(
      fc.property(facts, owner, nonce, (given, whose, random) => {
        const id = sealTaskId(SECRET, given, whose, random);
        expect(openTaskId([SECRET], id, whose)).toEqual(JSON.parse(JSON.stringify(given)));
      }),
    );
  });

  it('makes ids that a header takes, of a bounded length, in which nothing can be read', () => {
    const id = sealTaskId(SECRET, FACTS, ALICE, NONCE);
    expect(id).toMatch(/^[A-Za-z0-9_-]{64,512}$/);
    expect(Buffer.from(id, 'base64url').toString('latin1')).not.toMatch(
      /12ab34cd|111122223333|eu-west-1|insights|alice/,
    );
    const payload = { text: 'x'.repeat(2_000) };
    expect(() => sealTaskId(SECRET, { ...FACTS, payload }, ALICE, NONCE)).toThrow(RangeError);
  });
});

describe('openTaskId', () => {
  it('opens an id of either secret, and of no other', () => {
    const id = sealTaskId(EARLIER, FACTS, ALICE, NONCE);
    expect(openTaskId([SECRET, EARLIER], id, ALICE)).toEqual(FACTS);
    expect(openTaskId([SECRET], id, ALICE)).toBeUndefined();
  });

  it('opens no id for another principal', () => {
    fc.assert(
      fc.property(owner, owner, nonce, (hers, theirs, random) => {
        fc.pre(hers.issuer !== theirs.issuer || hers.subject !== theirs.subject);
        expect(openTaskId([SECRET], sealTaskId(SECRET, FACTS, hers, random), theirs)).toBeUndefined();
      }),
    );
    const id = sealTaskId(SECRET, FACTS, { issuer: 'https://idp.test/a', subject: 'b' }, NONCE);
    expect(openTaskId([SECRET], id, { issuer: 'https://idp.test/', subject: 'ab' })).toBeUndefined();
  });

  it('opens no id of which one byte was changed, left out or added', () => {
    const bytes = Buffer.from(sealTaskId(SECRET, FACTS, ALICE, NONCE), 'base64url');
    const opened = (changed: Uint8Array) => openTaskId([SECRET], Buffer.from(changed).toString('base64url'), ALICE);
    expect(opened(bytes)).toEqual(FACTS);
    for (let at = 0; at < bytes.length; at += 1) {
      expect(opened(bytes.with(at, (bytes[at] as number) ^ 1))).toBeUndefined();
      expect(opened(bytes.subarray(0, at))).toBeUndefined();
    }
    expect(opened(Buffer.concat([bytes, Buffer.of(0)]))).toBeUndefined();
  });

  it('opens an id in one spelling only', () => {
    const id = sealTaskId(SECRET, FACTS, ALICE, NONCE);
    for (const other of [`${id}=`, `${id}\n`, ` ${id}`, `${id}.`, `${id.slice(0, 9)}*${id.slice(9)}`]) {
      expect(openTaskId([SECRET], other, ALICE)).toBeUndefined();
    }
  });

  it('opens nothing that was made up, however long, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 4_000 }), fc.base64String({ maxLength: 4_000 })), (made) => {
        expect(openTaskId([SECRET, EARLIER], made, ALICE)).toBeUndefined();
      }),
    );
    expect(openTaskId([SECRET], 'A'.repeat(1_000_000), ALICE)).toBeUndefined();
  });
});
