import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Findings, Reading } from './findings.js';
import type { Settings } from './settings.js';
import { readTextFile } from './text-file.js';

/** Where the certificate of the server and its key are. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate that can be presented, with its key, both as PEM. */
export interface TlsPair {
  /** The server's own certificate first, then those it was issued by. */
  readonly cert: string;
  readonly key: string;
  readonly expiresAt: Date;
}

/** TLS by the server itself. */
export interface TlsConfig extends TlsFiles {
  /** What the files held at start. */
  readonly pair: TlsPair;
}

/** TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only (RFC 9325 section 4). */
const TLS_OPTIONS = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const satisfies SecureContextOptions;

/** How a server presents a pair: what Node makes a secure context of. */
export function secureContextOf({ cert, key }: TlsPair): SecureContextOptions {
  return { ...TLS_OPTIONS, cert, key };
}

const NO_PAIR =
  'TLS_KEY_FILE: is not the key of the certificate in TLS_CERT_FILE; give the two that were made together';

/** Reads the pair, if one is configured; what is wrong or worth knowing goes to the findings. */
export function assembleTls(settings: Settings, findings: Findings): TlsConfig | undefined {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, PUBLIC_URL: publicUrl } = settings;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const [given, missing] =
      certFile === undefined ? ['TLS_KEY_FILE', 'TLS_CERT_FILE'] : ['TLS_CERT_FILE', 'TLS_KEY_FILE'];
    findings.problems.push(`${given}: needs ${missing} too; a certificate and its key come as a pair`);
    return undefined;
  }
  if (publicUrl?.startsWith('http:') === true)
    findings.problems.push(
      'PUBLIC_URL: must begin with https://, since with TLS_CERT_FILE the server speaks nothing else',
    );
  const reading = readTlsPair({ certFile, keyFile }, new Date());
  if ('problems' in reading) {
    findings.problems.push(...reading.problems);
    return undefined;
  }
  const { value: pair } = reading;
  if (publicUrl !== undefined && !isFor(pair, new URL(publicUrl).hostname))
    findings.warnings.push('TLS_CERT_FILE: the certificate is not for the host of PUBLIC_URL, so clients refuse it.');
  return { certFile, keyFile, pair };
}

/** Reads both files and makes sure that clients could be served with them at this time. */
export function readTlsPair({ certFile, keyFile }: TlsFiles, now: Date): Reading<TlsPair> {
  const [cert, key] = [readTextFile(certFile), readTextFile(keyFile)];
  const problems = [
    typeof cert === 'string'
      ? certificateProblem(cert, now)
      : `TLS_CERT_FILE: ${cert.mistake}; give the path of a PEM file`,
    typeof key === 'string' ? keyProblem(key) : `TLS_KEY_FILE: ${key.mistake}; give the path of a PEM file`,
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0 || typeof cert !== 'string' || typeof key !== 'string') return { problems };
  const certificate = new X509Certificate(cert);
  if (!certificate.checkPrivateKey(createPrivateKey(key))) return { problems: [NO_PAIR] };
  const pair = { cert, key, expiresAt: certificate.validToDate };
  const refused = refusalOf(pair);
  return refused === undefined ? { value: pair } : { problems: [`TLS_CERT_FILE: cannot be used for TLS (${refused})`] };
}

function certificateProblem(text: string, now: Date): string | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length !== text.split('-----BEGIN ').length - 1 || !blocks.every(isCertificate))
    return 'TLS_CERT_FILE: does not hold whole certificates in PEM and nothing else; put the certificate first, then those it was issued by';
  const { validFromDate, validToDate } = new X509Certificate(blocks[0] ?? '');
  if (validToDate <= now) return `TLS_CERT_FILE: the certificate expired at ${validToDate.toISOString()}; renew it`;
  if (validFromDate > now)
    return `TLS_CERT_FILE: the certificate is not valid before ${validFromDate.toISOString()}; check the clock`;
  return undefined;
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).subject !== null;
  } catch {
    return false;
  }
}

function keyProblem(text: string): string | undefined {
  if (/-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(text))
    return 'TLS_KEY_FILE: holds a key with a passphrase; give it without one (openssl pkey -in key.pem -out plain.pem)';
  try {
    createPrivateKey(text);
    return undefined;
  } catch {
    return 'TLS_KEY_FILE: holds no whole private key in PEM';
  }
}

/** Why OpenSSL does not take the pair, such as a key that is too short. */
function refusalOf(pair: TlsPair): string | undefined {
  try {
    createSecureContext(secureContextOf(pair));
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'refused';
  }
}

function isFor({ cert }: TlsPair, hostname: string): boolean {
  const certificate = new X509Certificate(cert);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}
