import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TlsFiles } from '../../test/support/tls-files.js';
import { ConfigurationInvalid } from '../errors.js';
import { type AppConfig, loadAppConfig } from './app-config.js';
import { readTlsPair } from './tls-pair.js';

const DAY_MS = 86_400_000;
const LOCAL = { ENABLE_AUTH: 'false' };

let files: TlsFiles;

beforeEach(() => {
  files = new TlsFiles();
});
afterEach(() => files.remove());

function load(env: Record<string, string | undefined> = {}): AppConfig {
  return loadAppConfig({ ...LOCAL, ...files.env, ...env });
}

function problems(env: Record<string, string | undefined> = {}): readonly string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems;
    throw error;
  }
}

describe('TLS_CERT_FILE and TLS_KEY_FILE', () => {
  it('make the server an https server, and plain HTTP without them', () => {
    const { http } = load();
    expect(http.tls).toMatchObject({ certFile: files.certFile, keyFile: files.keyFile });
    expect([http.publicUrl, http.resource]).toEqual(['https://localhost:3334', 'https://localhost:3334/mcp']);
    const plain = loadAppConfig(LOCAL).http;
    expect([plain.tls, plain.publicUrl]).toEqual([undefined, 'http://localhost:3334']);
  });

  it('come as a pair: one alone names the other', () => {
    expect(problems({ TLS_KEY_FILE: undefined })).toEqual([
      expect.stringMatching(/^TLS_CERT_FILE: needs TLS_KEY_FILE/),
    ]);
    expect(problems({ TLS_CERT_FILE: undefined })).toEqual([
      expect.stringMatching(/^TLS_KEY_FILE: needs TLS_CERT_FILE/),
    ]);
  });

  it('contradict a PUBLIC_URL that tells clients to come without encryption', () => {
    expect(problems({ PUBLIC_URL: 'http://localhost:3334' })).toEqual([
      expect.stringMatching(/^PUBLIC_URL: must begin with https:/),
    ]);
  });

  it('are warned of when the certificate is for another host than PUBLIC_URL', () => {
    const warned = (PUBLIC_URL: string): boolean =>
      load({ PUBLIC_URL }).warnings.some((warning) => warning.startsWith('TLS_CERT_FILE: '));
    expect(warned('https://mcp.example.com')).toBe(true);
    expect(warned('https://localhost:8443')).toBe(false);
    expect(warned('https://127.0.0.1:8443')).toBe(false);
    expect(warned('https://[::1]:8443')).toBe(true);
  });

  it('may hold the certificates the own one was issued by, and lines end as they like', () => {
    const { cert, key } = files.issue();
    files.write({ cert: `${cert}${files.authority.cert}`.replaceAll('\n', '\r\n'), key });
    expect(problems()).toEqual([]);
  });

  it.each<[string, RegExp, (of: TlsFiles) => void]>([
    ['a certificate that is not there', /^TLS_CERT_FILE: .*ENOENT/, (of) => of.remove()],
    ['an empty certificate', /^TLS_CERT_FILE: names an empty file/, (of) => of.write({ cert: '' })],
    ['half a certificate', /^TLS_CERT_FILE: .*whole/, (of) => of.write({ cert: of.issue().cert.slice(0, 300) })],
    [
      'a certificate whose chain is cut off',
      /^TLS_CERT_FILE: .*whole/,
      (of) => of.write({ cert: of.issue().cert + of.authority.cert.slice(0, 300) }),
    ],
    [
      'a certificate that is none',
      /^TLS_CERT_FILE: .*whole/,
      (of) => of.write({ cert: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' }),
    ],
    ['a certificate in DER', /^TLS_CERT_FILE: .*UTF-8/, (of) => of.write({ cert: Buffer.from([0x30, 0x82, 0xff]) })],
    ['both in one file', /^TLS_CERT_FILE: .*whole/, (of) => of.write({ cert: of.issue().cert + of.issue().key })],
    [
      'an expired certificate',
      /^TLS_CERT_FILE: the certificate expired at \d{4}-/,
      (of) => of.renew({ notAfter: new Date(Date.now() - 1000) }),
    ],
    [
      'a certificate of the future',
      /^TLS_CERT_FILE: .*not valid before \d{4}-.*clock/,
      (of) => of.renew({ notAfter: new Date(Date.now() + 60 * DAY_MS) }),
    ],
    ["another certificate's key", /^TLS_KEY_FILE: is not the key/, (of) => of.write({ key: of.issue().key })],
    ['half a key', /^TLS_KEY_FILE: .*no whole private key/, (of) => of.write({ key: of.issue().key.slice(0, 80) })],
    ['a certificate as the key', /^TLS_KEY_FILE: .*no whole private key/, (of) => of.write({ key: of.issue().cert })],
    [
      'a key with a passphrase',
      /^TLS_KEY_FILE: .*passphrase/,
      (of) => {
        const { cert, privateKey } = of.issue();
        const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' } as const;
        of.write({ cert, key: privateKey.export(locked).toString() });
      },
    ],
    [
      'a key that is too short for TLS',
      /^TLS_CERT_FILE: cannot be used for TLS \(ERR_SSL_/,
      (of) => of.renew({ keys: generateKeyPairSync('rsa', { modulusLength: 512 }) }),
    ],
  ])('stop the start with %s, without their paths or contents [CFG-03]', (_name, words, spoil) => {
    expect(problems()).toEqual([]);
    spoil(files);
    const found = problems();
    expect(found[0]).toMatch(words);
    const text = found.join('\n');
    expect(text).not.toContain(files.certFile);
    expect(text).not.toMatch(/MI[A-Za-z0-9+/]{8}|canary|asn1|error:/);
  });

  it('say at once what is wrong with both', () => {
    files.write({ cert: 'x', key: 'y' });
    expect(problems().map((problem) => problem.split(':')[0])).toEqual(['TLS_CERT_FILE', 'TLS_KEY_FILE']);
  });
});

describe('readTlsPair', () => {
  it('judges by the time it is given', () => {
    const at = (days: number): boolean => 'value' in readTlsPair(files, new Date(Date.now() + days * DAY_MS));
    expect([at(-31), at(0), at(0.9), at(1.1)]).toEqual([false, true, true, false]);
  });
});
