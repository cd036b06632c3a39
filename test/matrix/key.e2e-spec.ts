import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiKeyStoreService } from '../../src/auth/api-key-store.service.js';
import { findApiKey, knownApiKeys } from '../../src/auth/api-key.js';
import { presentedCredential } from '../../src/auth/presented-credential.js';
import { parseApiKeys } from '../../src/config/api-key-entries.js';
import { newApiKey } from '../../src/config/api-key-format.js';
import { loadAppConfig } from '../../src/config/app-config.js';
import { ConfigurationInvalid } from '../../src/errors.js';
import { medianCpuMs } from '../support/cpu.js';
import { hashedEntry, KeysFile } from '../support/keys-file.js';
import { LocalIssuer } from '../support/local-issuer.js';
import { type Judgement, MatrixApp, METADATA_URL, RESOURCE } from '../support/matrix-app.js';
import { expectNoLeak, leakedPiece } from '../support/no-leak.js';
import { eventually, type Stack, startStack } from '../support/stack.js';

const ROLE = 'arn:aws:iam::111122223333:role/CloudWatchReader';
const OURS = newApiKey();
const PLAIN = randomBytes(32).toString('hex');

let issuer: LocalIssuer;
let app: MatrixApp;
let own: MatrixApp | undefined;
let file: KeysFile | undefined;

beforeAll(async () => {
  issuer = await LocalIssuer.start();
  app = await MatrixApp.start({
    OIDC_ISSUER: issuer.url,
    OAUTH_AUDIENCE: RESOURCE,
    API_KEYS: [hashedEntry('ci', OURS), PLAIN].join(','),
  });
});
afterAll(async () => {
  await app.close();
  await issuer.stop();
});
afterEach(async () => {
  vi.useRealTimers();
  await own?.close();
  file?.remove();
  [own, file] = [undefined, undefined];
});

const fingerprintOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 12);

const principalOf = ({ lines }: Judgement): Readonly<Record<string, unknown>> | undefined =>
  lines.find(({ event }) => event?.name === 'auth.success')?.principal;

/** `E401-`: no usable credential was presented, so the challenge names no error. */
function expectNothingPresented(judged: Judgement): void {
  expect(judged.status).toBe(401);
  expect(judged.headers['www-authenticate']).toBe(`Bearer realm="cloudwatch-mcp", resource_metadata="${METADATA_URL}"`);
  expect(judged.counted).toEqual({ 'mcp_auth_failures_total{method="unknown",reason="missing"}': 1 });
}

describe('a valid key', () => {
  it.each([
    ["in the server's own format", OURS, 'ci'],
    ['made elsewhere', PLAIN, fingerprintOf(PLAIN)],
  ])(
    '%s lets its caller in under its label; the audit names the key and does not hold it [KEY-01]',
    async (_n, key, label) => {
      const judged = await app.present(key);
      app.expectAccepted(judged, 'api-key');
      const { visible, log, metrics } = judged.written;
      for (const text of [visible, log, metrics]) expect(leakedPiece(text, key)).toBeUndefined();
      expect(principalOf(judged)).toMatchObject({ issuer: 'apikey', subject: label, key: fingerprintOf(key) });
    },
  );

  it('with the right prefix and checksum and an unknown secret is refused [KEY-02]', async () => {
    const unknown = newApiKey();
    app.expectRefused(await app.present(unknown), unknown, 'key_unknown');
  });

  it('is accepted through the last day of its life and refused after it, and the log says whose it was', async () => {
    const key = newApiKey();
    own = await MatrixApp.start({ API_KEYS: hashedEntry('nightly', key, '2031-03-31') });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-03-31T23:59:59Z') });
    own.expectAccepted(await own.present(key), 'api-key');
    vi.setSystemTime(Date.parse('2031-04-01T00:00:00Z'));
    const judged = await own.present(key);
    own.expectRefused(judged, key, 'expired');
    expect(judged.lines.find(({ event }) => event?.name === 'auth.failure')?.detail).toContain('nightly');
  });
});

describe('a list of keys', () => {
  it('with gaps holds the keys between them, and no empty text is one [KEY-03]', async () => {
    const keys = [newApiKey(), randomBytes(32).toString('hex'), randomBytes(32).toString('base64url')];
    own = await MatrixApp.start({ API_KEYS: `${keys[0]},,${keys[1]}, ,${keys[2]},` });
    const [started] = own.events('server.started') as unknown as { auth: { api_keys: number } }[];
    expect(started?.auth.api_keys).toBe(3);
    for (const key of keys) own.expectAccepted(await own.present(key), 'api-key');
    for (const header of ['Bearer ', 'Bearer ,', 'Bearer  ', 'Bearer', 'Bearer \t']) {
      const judged = await own.judge(header);
      expect(judged.status, header).toBe(401);
      expect(Object.keys(judged.counted), header).toEqual([expect.stringMatching(/reason="(malformed|missing)"/)]);
    }
    for (const key of keys) expect(leakedPiece(own.log.text, key)).toBeUndefined();
  });

  it.each([
    ['a line end', (key: string) => `${key}\n`],
    ['a Windows line end', (key: string) => `${key}\r\n`],
    ['white space around it', (key: string) => `  ${key}\t`],
    ['lines instead of commas', (key: string) => `${PLAIN}\r\n${key}\r\n`],
  ])('from a secret that was stored with %s works [KEY-05]', async (_name, stored) => {
    const key = newApiKey();
    own = await MatrixApp.start({ API_KEYS: stored(key) });
    own.expectAccepted(await own.present(key), 'api-key');
    await own.close();
    file = new KeysFile();
    writeFileSync(file.path, `\ufeff${stored(key)}`);
    own = await MatrixApp.start({ API_KEYS_FILE: file.path });
    own.expectAccepted(await own.present(key), 'api-key');
  });

  it.each([
    ['as Secrets Manager keeps one value', (key: string) => JSON.stringify({ API_KEYS: `${PLAIN},${key}` }), undefined],
    ['as a list in JSON', (key: string) => JSON.stringify({ API_KEYS: [PLAIN, key], other: 1 }), undefined],
    ['by label', (key: string) => JSON.stringify({ 'team-a': PLAIN, 'team-b': key }), 'team-b'],
    ['by label and hashed', (key: string) => JSON.stringify({ ci: hashedEntry('ci', key) }), 'ci'],
  ])('in JSON, %s, is read [A6]', async (_name, secret, label) => {
    const key = newApiKey();
    own = await MatrixApp.start({ API_KEYS: secret(key) });
    const judged = await own.present(key);
    own.expectAccepted(judged, 'api-key');
    expect(principalOf(judged)?.subject).toBe(label ?? fingerprintOf(key));
  });

  it.each([
    ['a short key', `${PLAIN},Zx9wVu8tSr7qPo6n`, 'entry 2'],
    ['changeme', `changeme-changeme,${PLAIN}`, 'entry 1'],
    ['changeme alone', 'changeme', ''],
    ['one repeated character', `${PLAIN},${'Q'.repeat(64)}`, 'entry 2'],
    ['few characters, repeated', 'Qz'.repeat(32), 'entry 1'],
    ['a key twice', `${PLAIN},${PLAIN}`, 'entry 2'],
    ['a key twice, once hashed', `${PLAIN},${hashedEntry('ci', PLAIN)}`, 'entry 2'],
    ['quotes from a secret file', `"${PLAIN}"`, 'entry 1'],
    ['quotes around two', `${PLAIN},'${OURS}'`, 'entry 2'],
    ['a key cut short', OURS.slice(0, -3), 'entry 1'],
    ['a key with a typing mistake', OURS.replace('_', '_x'), 'entry 1'],
    ['the example', 'ci:sha256:<64 hex digits>', 'entry 1'],
    ['a day that does not exist', hashedEntry('ci', OURS, '2027-02-30'), 'entry 1'],
    ['a short key in JSON', JSON.stringify({ a: PLAIN, b: 'Zx9wVu8tSr7qPo6n' }), 'member 2'],
    ['a number in JSON', JSON.stringify({ API_KEYS: [PLAIN, 7] }), 'member 2'],
    ['a label that is none', JSON.stringify({ 'a b': PLAIN }), 'member 1'],
    ['broken JSON', `{"a":"${PLAIN}"`, ''],
    ['no key at all', ' , ', ''],
  ])('with %s stops the start and names the position, not the key [KEY-05][KEY-12]', (_name, text, position) => {
    const refusal = refusalOf({ API_KEYS: text });
    expect(refusal).toMatch(new RegExp(`API_KEYS: ${position}`));
    for (const secret of [PLAIN, OURS, 'Zx9wVu8tSr7qPo6n']) expect(leakedPiece(refusal, secret)).toBeUndefined();
  });

  it('in a file stops the start with its line when it cannot be used [KEY-12]', () => {
    file = new KeysFile('# keys of the team', PLAIN, '', 'short');
    expect(refusalOf({ API_KEYS_FILE: file.path })).toContain('API_KEYS_FILE: line 4');
    file.write('   ', '');
    expect(refusalOf({ API_KEYS_FILE: file.path })).toContain('is blank');
    file.write(PLAIN);
    expect(refusalOf({ API_KEYS_FILE: file.path, API_KEYS: PLAIN })).toContain('line 1 repeats');
    expect(refusalOf({ API_KEYS_FILE: `${file.path}.gone` })).toMatch(/API_KEYS_FILE: cannot be read \(ENOENT\)/);
  });

  it('takes random keys of 32 characters or more that were made elsewhere [KEY-12]', () => {
    const made = [
      randomBytes(32).toString('hex'),
      randomBytes(32).toString('base64url'),
      randomBytes(48).toString('base64'),
    ];
    expect(parseApiKeys(made.join(','))).toMatchObject({ problems: [], entries: [{}, {}, {}] });
  });

  it('whose callers would have no role stops the start and names the three ways out [B10]', () => {
    file = new KeysFile(hashedEntry('ci', OURS));
    for (const env of [{ API_KEYS: hashedEntry('ci', OURS) }, { API_KEYS_FILE: file.path }]) {
      const refusal = refusalOf({ ...env }, {});
      for (const way of ['AWS_CLOUDWATCH_ROLE_ARN', 'ACCESS_FILE', 'API_KEY_CREDENTIALS=server']) {
        expect(refusal).toContain(way);
      }
    }
  });
});

function refusalOf(
  env: Readonly<Record<string, string | undefined>>,
  base: Readonly<Record<string, string>> = { AWS_CLOUDWATCH_ROLE_ARN: ROLE },
): string {
  try {
    loadAppConfig({ ...base, ...env });
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.message;
    throw error;
  }
  return '';
}

describe('a key in the address [KEY-06]', () => {
  it.each(['api_key', 'access_token', 'token', 'key'])(
    'as ?%s= is no credential and is written nowhere',
    async (name) => {
      for (const path of ['/mcp', '/mcp/tools/call']) {
        const judged = await app.judge(undefined, { path: `${path}?${name}=${OURS}` });
        expectNothingPresented(judged);
        app.expectNoLeak(judged, OURS);
        const line = judged.lines.find(({ event }) => event?.name === 'auth.failure') as { http?: { path: string } };
        expect(line.http?.path).toBe(path);
      }
      const referer = `https://chat.test/?${name}=${OURS}`;
      for (const path of [`/nothing/here?${name}=${OURS}`, '/nothing', '/health']) {
        const judged = await app.judge(undefined, { path, headers: { referer } });
        expect(judged.status).not.toBe(200);
        app.expectNoLeak(judged, OURS);
      }
    },
  );

  it.each([
    ['x-api-key', OURS],
    ['api-key', OURS],
    ['cookie', `api_key=${OURS}; access_token=${OURS}`],
    ['proxy-authorization', `Bearer ${OURS}`],
  ])('or in the header %s is no credential either', async (name, value) => {
    const judged = await app.judge(undefined, { headers: { [name]: value } });
    expectNothingPresented(judged);
    app.expectNoLeak(judged, OURS);
  });

  it.each([OURS, `ApiKey ${OURS}`, `Token ${OURS}`, `Basic ${Buffer.from(OURS).toString('base64')}`])(
    'or with another scheme is no credential either',
    async (value) => {
      const judged = await app.judge(value);
      expectNothingPresented(judged);
      app.expectNoLeak(judged, OURS);
    },
  );
});

describe('a near miss', () => {
  const flipCase = (text: string): string =>
    text.replaceAll(/[A-Za-z]/g, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
  const changed = (key: string, at: number): string =>
    key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1);
  const misses = (key: string): [string, string][] => [
    ['without its last character', key.slice(0, -1)],
    ['without its first character', key.slice(1)],
    ['with one more at the end', `${key}A`],
    ['with one more in front', `A${key}`],
    ['in the other case', flipCase(key)],
    ['with another first character', changed(key, 0)],
    ['with another character in the middle', changed(key, key.length >> 1)],
    ['with another last character', changed(key, key.length - 1)],
    ['with a padding character', `${key}=`],
  ];

  it.each([
    ...misses(PLAIN).map(([name, text]) => [`a key ${name}`, text] as const),
    ...misses(OURS).map(([name, text]) => [`a key of the own format ${name}`, text] as const),
  ])('%s is refused as unknown [KEY-08]', async (_name, text) => {
    app.expectRefused(await app.present(text), text, 'key_unknown');
  });

  it('takes as long whether its first or its last character is wrong [KEY-08]', () => {
    const keys = knownApiKeys(parseApiKeys([PLAIN, randomBytes(32).toString('hex')].join(',')).entries);
    const [first, last] = [changed(PLAIN, 0), changed(PLAIN, PLAIN.length - 1)];
    // Another process may get in between at any moment; a comparison that leaks does so every time.
    const tries = Array.from({ length: 6 }, () => Math.abs(welch(...timings(keys, first, last))));
    expect(Math.min(...tries)).toBeLessThan(4.5);
  });
});

/** Durations of 20,000 look-ups of either text, taken in turns; the slowest tenth is what the machine did besides. */
function timings(keys: Parameters<typeof findApiKey>[1], ...texts: [string, string]): [number[], number[]] {
  const taken: [number[], number[]] = [[], []];
  for (let call = 0; call < 44_000; call++) {
    const which = call % 2 === 0 ? 0 : 1;
    const before = process.hrtime.bigint();
    findApiKey(texts[which], keys);
    const duration = Number(process.hrtime.bigint() - before);
    if (call >= 4000) taken[which].push(duration);
  }
  return taken.map((durations) => durations.sort((a, b) => a - b).slice(0, 18_000)) as [number[], number[]];
}

/** Welch's t of two samples. */
function welch(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [moments(a), moments(b)];
  return (x.mean - y.mean) / Math.sqrt(x.variance / a.length + y.variance / b.length);
}

function moments(sample: readonly number[]): { mean: number; variance: number } {
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
  const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sample.length - 1);
  return { mean, variance };
}

describe('a text of 15 KB that begins like a key [KEY-10]', () => {
  const long = `cwmcp_${'Ab3'.repeat(5000)}`;

  it('is refused as malformed', async () => {
    app.expectRefused(await app.present(long), long, 'malformed');
    const barely = `cwmcp_${'Ab3'.repeat(84)}`;
    expect(barely.length).toBe(258);
    app.expectRefused(await app.present(barely), barely, 'malformed');
  });

  it('costs less than a millisecond and no digest', async () => {
    const keys = knownApiKeys(parseApiKeys(PLAIN).entries);
    const judge = async (): Promise<void> => {
      expect(presentedCredential(['Authorization', `Bearer ${long}`])).toEqual({ kind: 'malformed' });
      expect(findApiKey(long, keys)).toBeUndefined();
    };
    expect(await medianCpuMs(judge, 200)).toBeLessThan(1);
    const opaque = 'Ab3'.repeat(2000);
    const asKey = knownApiKeys(parseApiKeys(hashedEntry('long', opaque)).entries);
    expect(findApiKey(opaque, asKey)).toBeUndefined();
  });
});

describe('keys in a file, while the server runs', () => {
  const reload = (of: MatrixApp): Promise<void> => of.service(ApiKeyStoreService).reload();

  it('are replaced with an overlap and without one failed request of the new key [KEY-11]', async () => {
    const [before, after] = [newApiKey(), newApiKey()];
    file = new KeysFile(hashedEntry('ci', before));
    own = await MatrixApp.start({ API_KEYS_FILE: file.path });
    own.expectAccepted(await own.present(before), 'api-key');
    own.expectRefused(await own.present(after), after, 'key_unknown');

    file.write(hashedEntry('ci', before), hashedEntry('ci', after));
    await reload(own);
    const both = [await own.present(before), await own.present(after)].map(principalOf);
    expect(both.map((principal) => principal?.subject)).toEqual(['ci', 'ci']);
    expect(both.map((principal) => principal?.key)).toEqual([fingerprintOf(before), fingerprintOf(after)]);

    file.write(hashedEntry('ci', after));
    const running = own;
    const requests = Array.from({ length: 300 }, async (_, index) => {
      if (index === 150) await reload(running);
      return (await running.send(`Bearer ${after}`)).status;
    });
    expect(new Set(await Promise.all(requests))).toEqual(new Set([200]));
    own.expectRefused(await own.present(before), before, 'key_unknown');
  });

  it('are looked at every ten seconds, by content [KEY-11]', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [first, second] = [newApiKey(), newApiKey()];
    file = new KeysFile(hashedEntry('ci', first));
    own = await MatrixApp.start({ API_KEYS_FILE: file.path });
    file.write(hashedEntry('ci', second));
    vi.advanceTimersByTime(9_900);
    expect((await own.send(`Bearer ${first}`)).status).toBe(200);
    vi.advanceTimersByTime(200);
    const running = own;
    const served = async (): Promise<void> => expect((await running.send(`Bearer ${second}`)).status).toBe(200);
    await vi.waitFor(served, { timeout: 15_000 });
    expect((await own.send(`Bearer ${first}`)).status).toBe(401);
    expect(own.events('api-keys.reload')).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    await reload(own);
    expect(own.events('api-keys.reload')).toHaveLength(1);
  });

  it.each<[string, (of: KeysFile) => void]>([
    ['a key that is too weak', (of) => of.write(hashedEntry('ci', newApiKey()), 'changeme')],
    ['a torn write', (of) => of.write(hashedEntry('ci', newApiKey()).slice(0, 40))],
    ['nothing', (of) => of.write('')],
    ['a key of the environment', (of) => of.write(hashedEntry('again', PLAIN))],
    ['more than 1 MB', (of) => of.write('#'.repeat(1024 * 1024))],
    ['bytes that are no text', (of) => writeFileSync(of.path, randomBytes(4096))],
    ['nothing any more: it is gone', (of) => of.remove()],
  ])('stay in force when the new version holds %s, and heal with the next one [KEY-11]', async (_name, spoil) => {
    const [good, next] = [newApiKey(), newApiKey()];
    file = new KeysFile(hashedEntry('ci', good));
    own = await MatrixApp.start({ API_KEYS: PLAIN, API_KEYS_FILE: file.path });
    const failed = async (): Promise<number | undefined> =>
      (await (own as MatrixApp).series()).get('mcp_api_keys_reload_failed');
    expect(await failed()).toBe(0);
    spoil(file);
    await reload(own);
    await reload(own);
    for (const key of [good, PLAIN]) own.expectAccepted(await own.present(key), 'api-key');
    expect(await failed()).toBe(1);
    expect(own.events('api-keys.reload')).toMatchObject([{ level: 'warn', api_keys: { outcome: 'failed' } }]);
    expectNoLeak({ visible: '', log: own.log.text, metrics: '' }, { credentials: [good, PLAIN], configured: [] });

    file.write(hashedEntry('ci', next));
    await reload(own);
    own.expectAccepted(await own.present(next), 'api-key');
    own.expectRefused(await own.present(good), good, 'key_unknown');
    expect(await failed()).toBe(0);
  });

  it('can all be revoked, which is not taken for a torn write, and then nobody is let in', async () => {
    const key = newApiKey();
    file = new KeysFile(hashedEntry('ci', key));
    own = await MatrixApp.start({ API_KEYS_FILE: file.path });
    expect((await own.get('/health/ready')).status).toBe(200);
    file.write('# none at the moment');
    await reload(own);
    own.expectRefused(await own.present(key), key, 'key_unknown');
    expect((await own.get('/health/ready')).status).toBe(503);
  });
});

describe('what looks like two kinds of credential', () => {
  it('is judged as one of them, by its shape, and counted once [KEY-14]', async () => {
    const token = await issuer.sign({ aud: RESOURCE });
    const forged = `${token.slice(0, -6)}AAAAAA`;
    app.expectRefused(await app.present(forged), forged, 'bad_signature');
    for (const text of [`cwmcp_${token}`, 'cwmcp_a.b.c', `cwmcp_00000000.${'A'.repeat(43)}.000000`]) {
      app.expectRefused(await app.present(text), text, text.length > 256 ? 'malformed' : 'key_unknown');
    }
    const expired = await issuer.sign({ aud: RESOURCE, iat: 1_700_000_000, exp: 1_700_000_600 });
    app.expectRefused(await app.present(expired), expired, 'expired');
  });
});

describe('a key that is removed while a request with it is under way [KEY-16]', () => {
  let stack: Stack;
  let keys: KeysFile;
  const key = newApiKey();

  beforeAll(async () => {
    keys = new KeysFile(hashedEntry('ci', key), hashedEntry('other', newApiKey()));
    stack = await startStack({ env: { API_KEYS: undefined, API_KEYS_FILE: keys.path } });
  });
  afterAll(async () => {
    await stack.close();
    keys.remove();
  });

  it('serves that request to its end and no other', async () => {
    stack.aws.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'latency', latencyMs: 600, times: 1 });
    const underWay = stack.call(key, 'describe_log_groups');
    await eventually(() => expect(stack.log.text).toContain('credentials.exchanged'));
    keys.write(hashedEntry('other', newApiKey()));
    await stack.app.app.get(ApiKeyStoreService, { strict: false }).reload();
    const refused = await stack.call(key, 'describe_log_groups');
    expect([refused.status, refused.body.error]).toEqual([401, 'invalid_token']);
    const served = await underWay;
    expect(served.status).toBe(200);
    expect(served.body.result).toBeDefined();
    const failures = stack.log.lines().filter((line) => (line.event as { name?: string }).name === 'auth.failure');
    expect(failures).toMatchObject([{ auth: { reason: 'key_unknown', method: 'api-key' } }]);
  });
});
