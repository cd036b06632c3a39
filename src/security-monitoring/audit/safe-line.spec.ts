import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../../test/support/cpu.js';
import { newApiKey } from '../../config/api-key-format.js';
import { safeLine } from './safe-line.js';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLWFsaWNl';
const PEM = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASC\n-----END PRIVATE KEY-----';
const ORDINARY = {
  level: 'info',
  time: '2026-11-20T10:00:00.000Z',
  request_id: '5c2d6c1e-9f0b-4d52-8f4d-0d0a8e1f2b3c',
  event: { name: 'aws.called' },
  aws: { operation: 'GetMetricData', session: 'alice-mzxw6ytboi2dgnbvgy3t', request_id: '9a8b7c6d-1111-2222' },
  principal: { issuer: 'https://idp.example.com', subject: 'alice', method: 'api-key', key: '0123456789ab' },
  api_keys: { outcome: 'loaded', accepted: 3 },
  msg: 'aws.called',
};

const made = (value: object): string => safeLine(`${JSON.stringify(value)}\n`);
const parsed = (value: object): Record<string, unknown> => JSON.parse(made(value)) as Record<string, unknown>;

describe('safeLine', () => {
  it('lets an ordinary line pass as it is', () => {
    expect(made(ORDINARY)).toBe(`${JSON.stringify(ORDINARY)}\n`);
    expect(parsed({ ...ORDINARY, name: 'Zoë' })).toEqual({ ...ORDINARY, name: 'Zoë' });
  });

  it.each([
    'authorization',
    'Authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'proxy-authorization',
    'access_token',
    'idToken',
    'client_secret',
    'db_password',
    'client_assertion',
    'SecretAccessKey',
    'SessionToken',
    'secretAccessKey',
  ])('writes no value of a member %s, at any depth [LOG-03]', (name) => {
    const value = 'correct horse battery';
    expect(parsed({ [name]: value, deep: [{ headers: { [name]: value } }] })).toEqual({
      [name]: '[redacted]',
      deep: [{ headers: { [name]: '[redacted]' } }],
    });
    expect(made({ [name]: { value }, list: { [name]: [value] } })).not.toContain('horse');
  });

  it('keeps the last four characters of the id of an AWS key', () => {
    expect(parsed({ AccessKeyId: 'ASIAIOSFODNN7EXAMPLE' })).toEqual({ AccessKeyId: '…MPLE' });
  });

  it('leaves numbers and flags beside such names', () => {
    expect(parsed({ tokens: 5, secret: false, note: 'é' })).toEqual({ tokens: 5, secret: false, note: 'é' });
  });

  it.each([
    ['a JWT', JWT],
    ['the first half of a JWT', JWT.slice(0, 40)],
    ['an AWS key', 'AKIAIOSFODNN7EXAMPLE'],
    ['a temporary AWS key', 'ASIAIOSFODNN7EXAMPLE'],
    ['a private key', PEM],
    ['an API key of this server', newApiKey()],
    ['a password in a URL', 'rediss://user:hunter2hunter2@redis.example'],
    ['a header', `Authorization: Bearer ${'x'.repeat(40)}`],
    ['a query', `https://idp.example/cb?access_token=${'y'.repeat(40)}`],
  ])('masks %s wherever it stands [LOG-03]', (_what, secret) => {
    const pieces = secret.match(/[\w/+-]{20,}/g)?.filter((piece) => !/PRIVATE/.test(piece)) ?? [];
    const line = made({ msg: `before ${secret} after`, err: { message: secret, stack: `Error: ${secret}\n    at x` } });
    expect(line).toContain('before ');
    expect(line).toMatch(/\[masked: [\w-]+\]/);
    for (const piece of [...pieces, 'hunter2']) expect(line).not.toContain(piece);
  });

  it('keeps the lines of a stack, and cleans each', () => {
    expect(parsed({ err: { stack: 'Error: \u001b[2J\n    at one\n    at two' } })).toEqual({
      err: { stack: 'Error: \ufffd[2J\n    at one\n    at two' },
    });
  });

  it('bounds long texts, long lists and deep values [LOG-01]', () => {
    const deep: object = Array.from({ length: 50 }).reduce<object>((inner) => ({ inner }), {});
    const line = made({ text: 'x'.repeat(10_240), list: Array.from({ length: 5_000 }, (_, at) => at), deep });
    expect(line.length).toBeLessThan(3_000);
  });

  it('makes of anything one printable line that is JSON [LOG-01]', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        const line = made(value);
        expect(line.endsWith('\n')).toBe(true);
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }),
    );
  });

  it('is done with once', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(safeLine(made(value))).toBe(made(value));
      }),
    );
  });

  it('leaves out what is no JSON', () => {
    const line = safeLine(`{"token": "${JWT}\n`);
    expect(JSON.parse(line)).toMatchObject({ level: 'error' });
    expect(line).not.toContain('eyJ');
  });

  it('costs an ordinary line a few microseconds, and a hostile one a time linear in its length', async () => {
    const ordinary = `${JSON.stringify(ORDINARY)}\n`;
    expect(await medianCpuMs(() => Promise.resolve(safeLine(ordinary)), 2_000)).toBeLessThan(0.05);
    for (const piece of ['token', 'key-', 'eyJ', 'a.b-', '://', 'bearer ', 'password="', '\\"', '-----BEGIN ']) {
      const line = `${JSON.stringify({ text: piece.repeat(20_000) })}\n`;
      expect(await medianCpuMs(() => Promise.resolve(safeLine(line))), piece).toBeLessThan(150);
    }
  });
});
