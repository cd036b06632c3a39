import { describe, expect, it } from 'vitest';
import { recordPart } from './record-part.js';

const options = { offset: 0, budgetBytes: 10_000, maskSecrets: true };
const recordOf = (message: string, others: Record<string, string> = {}) => ({
  fields: { '@message': message, '@timestamp': '1763719200123', '@logStream': 's', '@ptr': 'p', ...others },
  origin: { account: '111111111111', logGroup: '/shop/web' },
});

describe('recordPart', () => {
  it('gives a small record whole', () => {
    expect(recordPart(recordOf('hello', { level: 'INFO', '@ingestionTime': '1' }), options)).toEqual({
      log_group: '/shop/web',
      log_stream: 's',
      timestamp: '2025-11-21T10:00:00.123Z',
      message: 'hello',
      message_length: 5,
      next_offset: null,
      fields: { level: 'INFO', '@ingestionTime': '1' },
      omitted_fields: 0,
    });
  });

  it('gives a large message part by part, without loss, each within the budget', () => {
    const message = 'é"x\n'.repeat(50_000);
    let whole = '';
    for (let offset: number | null = 0; offset !== null;) {
      const part = recordPart(recordOf(message, { a: 'b' }), { ...options, offset });
      expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(10_000);
      expect(part.fields).toEqual(offset === 0 ? { a: 'b' } : {});
      whole += part.message;
      offset = part.next_offset;
    }
    expect(whole).toBe(message);
  });

  it('keeps the fields that fit and counts the others', () => {
    const part = recordPart(recordOf('m', { small: '1', large: 'x'.repeat(9_000), last: '2' }), options);
    expect(part).toMatchObject({ fields: { small: '1', last: '2' }, omitted_fields: 1 });
  });

  it('gives no part of a secret, wherever the part begins [PIC-08]', () => {
    const message = `key=AKIAIOSFODNN7EXAMPLE ${'x'.repeat(9_000)}`;
    for (let offset = 0; offset < 40; offset += 1) {
      expect(recordPart(recordOf(message), { ...options, offset }).message).not.toMatch(/IOSF|NN7EX|AMPLE/);
    }
    const open = recordPart(recordOf(message), { ...options, maskSecrets: false });
    expect(open.message).toContain('AKIAIOSFODNN7EXAMPLE');
  });

  it('refuses an offset beyond the message', () => {
    expect(() => recordPart(recordOf('hello'), { ...options, offset: 5 })).toThrow(/^offset: .*5 characters/);
    expect(recordPart(recordOf(''), options)).toMatchObject({ message: '', next_offset: null });
  });

  it('makes nothing up of what AWS left out', () => {
    expect(recordPart({ fields: {} }, options)).toMatchObject({ log_group: null, log_stream: null, timestamp: null });
  });
});
