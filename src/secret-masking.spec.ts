import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../test/support/cpu.js';
import { toCursor } from './cloudwatch/page-cursor.js';
import { newApiKey } from './config/api-key-format.js';
import { declaredTools } from './generate/generated-files.factory.js';
import { seal } from './seal.js';
import { maskSecrets, secretKindOf } from './secret-masking.js';
import { toolSchemas } from './mcp/tool-schema.js';

const AWS_KEY = 'AKIAIOSFODNN7EXAMPLE';
const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg';
const GITHUB = `ghp_${'a1B2'.repeat(9)}`;
const SLACK = ['xoxb', '123456789012', 'abcdefABCDEF1234'].join('-');
const PEM = `-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA75\nx+/=\n-----END RSA PRIVATE KEY-----`;
/** A third of a megabyte: thirty such texts in a test. */
const LENGTH = 350_000;
const repeated = (unit: string): string => unit.repeat(Math.ceil(LENGTH / unit.length));

describe('maskSecrets', () => {
  it.each([
    ['an access key id', `key ${AWS_KEY} used`, 'key [masked: aws-key] used'],
    ['a session access key id', `"ASIAIOSFODNN7EXAMPLE"`, '"[masked: aws-key]"'],
    ['a labelled secret key', `aws_secret_access_key = ${AWS_SECRET}`, 'aws_secret_access_key = [masked: secret]'],
    ['one in JSON', `{"SecretAccessKey":"${AWS_SECRET}","a":1}`, '{"SecretAccessKey":"[masked: secret]","a":1}'],
    ['a JWT', `id ${JWT}.`, 'id [masked: jwt].'],
    ['a JWT after an escaped newline', `\\n${JWT}`, '\\n[masked: jwt]'],
    ['a private key', `a\n${PEM}\nb`, 'a\n[masked: private-key]\nb'],
    ['one on a single line', `"${PEM.replaceAll('\n', '\\n')}"`, '"[masked: private-key]"'],
    ['one that is cut off', PEM.slice(0, 50), '[masked: private-key]'],
    ['password=', 'user=bob password=hunter2 id=3', 'user=bob password=[masked: password] id=3'],
    ['passwd:', 'passwd: hunter2, next', 'passwd: [masked: password], next'],
    ['a password in a query', 'GET /?password=a%20b&x=1', 'GET /?password=[masked: password]&x=1'],
    ['a password in JSON', '{"password":"a \\"quoted\\" one","x":"y"}', '{"password":"[masked: password]","x":"y"}'],
    [
      'a password in escaped JSON',
      '{\\"password\\":\\"hunter2\\",\\"x\\":1}',
      '{\\"password\\":\\"[masked: password]\\",\\"x\\":1}',
    ],
    ['a password in XML', '<Password>hunter2</Password>', '<Password>[masked: password]</Password>'],
    ['a longer name', 'DB_PASSWORD="hunter2"', 'DB_PASSWORD="[masked: password]"'],
    ['a secret', "clientSecret => 'abcd1234'", "clientSecret => '[masked: secret]'"],
    ['an API key header', 'x-api-key: 0123456789', 'x-api-key: [masked: secret]'],
    ['a token', 'access_token=abcdef123456;', 'access_token=[masked: token];'],
    ['Authorization: Bearer', 'Authorization: Bearer abcdef.123456 x', 'Authorization: [masked: authorization] x'],
    [
      'Authorization: Basic in JSON',
      '"authorization":"Basic dXNlcjpwYXNzd29yZA=="',
      '"authorization":"[masked: authorization]"',
    ],
    ['a bearer alone', `sent Bearer ${'ab12'.repeat(6)}`, 'sent [masked: token]'],
    ['a Slack token', `token is ${SLACK}`, 'token is [masked: slack-token]'],
    ['a GitHub token', `git clone with ${GITHUB}`, 'git clone with [masked: github-token]'],
    ['a fine-grained GitHub token', `x github_pat_${'a1'.repeat(20)}`, 'x [masked: github-token]'],
    ['a URL', 'postgres://app:p@ss@db.internal:5432/x', 'postgres://app:[masked: password]@db.internal:5432/x'],
  ])('masks %s [PIC-08]', (_what, text, masked) => {
    expect(maskSecrets(text)).toEqual({ text: masked, masked: 1 });
    expect(maskSecrets(masked)).toEqual({ text: masked, masked: 0 });
  });

  it('masks the keys of this server itself [PIC-08]', () => {
    expect(maskSecrets(`key ${newApiKey()}`)).toEqual({ text: 'key [masked: server-key]', masked: 1 });
  });

  it.each([
    'The password is wrong',
    'password=null secret: "" token=${TOKEN} password=****',
    'inputTokens: 512, "total_tokens": 1024',
    'basic authentication failed; Authorization: denied',
    'PWD=/home/app',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/database-AbCdEf',
    'arn:aws:iam::111122223333:role/CloudWatchReader',
    'https://console.aws.amazon.com:443/x?y=a@b',
    '2026-11-20T10:00:00.000Z eu-central-1 AWS/ApplicationELB TargetResponseTime',
    'eyJ0IjoiYWJjIiwicyI6MH0',
  ])('leaves %j alone', (text) => {
    expect(maskSecrets(text)).toEqual({ text, masked: 0 });
  });

  it('never touches what later calls need: query handles, cursors, ARNs, times', () => {
    const name = fc.stringMatching(/^[\w./-]{1,40}$/);
    const identifier = fc.oneof(
      fc.tuple(fc.uuid(), fc.string()).map(([id, owner]) => `${id}.${seal('secret', ['query', id, owner])}`),
      fc
        .tuple(fc.option(fc.string({ minLength: 1, maxLength: 200 }), { nil: undefined }), fc.nat(10_000))
        .map(([token, skip]) => toCursor({ token, skip })),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc
        .tuple(
          fc.constantFrom('logs', 'cloudwatch', 'iam', 'secretsmanager'),
          fc.constantFrom('log-group', 'alarm', 'secret', 'token'),
          name,
        )
        .map(([service, kind, resource]) => `arn:aws:${service}:eu-west-1:111122223333:${kind}:${resource}`),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(identifier, (text) => {
        expect(maskSecrets(text)).toEqual({ text, masked: 0 });
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds a secret between any other texts [PIC-08]', () => {
    const secret = fc.constantFrom(AWS_KEY, JWT, PEM, GITHUB, SLACK);
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, hidden, after) => {
        const { text, masked } = maskSecrets(`${before} ${hidden} ${after}`);
        expect(text).not.toContain(hidden);
        expect(masked).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('takes linear time on hostile text [PIC-08]', async () => {
    const units = [
      'AKIA',
      'eyJ',
      'eyJaaaaa.',
      ' eyJaaaaa.a',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN PRIVATE KEY-----{',
      '-----BEGIN ',
    ];
    units.push(
      ' ghp_',
      'xoxb-',
      'bearer ',
      '://a:b',
      '://a:',
      'password="',
      'password=\\"',
      `password='x"`,
      'access_key',
      'password="\\',
      'authorization: bearer ',
      'arn:aws:',
    );
    const texts = [
      ...units.map(repeated),
      `password="${repeated('\\"')}`,
      `://${repeated('a')}`,
      ` eyJ${repeated('a')}`,
    ];
    texts.push(Array.from({ length: 800 }, (_, count) => `password=${'\\'.repeat(count)}"`).join(''));
    for (const text of texts) {
      expect(await medianCpuMs(async () => maskSecrets(text)), text.slice(0, 40)).toBeLessThan(200);
    }
  });
});

describe('secretKindOf', () => {
  it('takes no field of our own answers for a secret', async () => {
    const names = new Set<string>();
    for (const tool of await declaredTools()) {
      JSON.stringify(toolSchemas(tool).output, (name: string, value: unknown) => (names.add(name), value));
    }
    expect([...names].filter((name) => secretKindOf(name, 'a1b2'.repeat(10)) !== undefined)).toEqual([]);
  });

  it.each([
    ['password', 'hunter2', 'password'],
    ['requestParameters.clientSecret', 'abcd1234', 'secret'],
    ['Authorization', 'Basic dXNlcjpwYXNzd29yZA==', 'authorization'],
    ['next_cursor', 'eyJ0IjoiYWJjIiwicyI6MH0', undefined],
    ['total_tokens', '1234567', undefined],
    ['password', '', undefined],
  ])('knows what a member named %s holds [PIC-08]', (name, value, kind) => {
    expect(secretKindOf(name, value)).toBe(kind);
  });
});
