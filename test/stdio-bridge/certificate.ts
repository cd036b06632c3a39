import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFacts {
  readonly commonName: string;
  /** Names and addresses of the server; none for an authority. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly notAfter?: Date;
  readonly authority?: Authority;
  /** The server's own keys; a pair on P-256 when absent. */
  readonly keys?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

export interface Authority extends Certificate {
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

const DAY_MS = 86_400_000;
const OID = {
  commonName: '0603550403',
  ecdsaWithSha256: '06082a8648ce3d040302',
  basicConstraints: '0603551d13',
  subjectAltName: '0603551d11',
};

/** An X.509 certificate (RFC 5280) for one test, signed by the authority given or by itself. */
export function makeCertificate(facts: CertificateFacts): Authority {
  const { publicKey, privateKey } = facts.keys ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { commonName, authority, notAfter = new Date(Date.now() + DAY_MS) } = facts;
  const algorithm = der(0x30, hex(OID.ecdsaWithSha256));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(authority?.commonName ?? commonName),
    der(0x30, time(new Date(notAfter.getTime() - 30 * DAY_MS)), time(notAfter)),
    name(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions(facts))),
  );
  const signature = createSign('sha256')
    .update(body)
    .sign(authority?.privateKey ?? privateKey);
  const whole = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    commonName,
    privateKey,
  };
}

function extensions({ dnsNames = [], addresses = [] }: CertificateFacts): Buffer[] {
  if (dnsNames.length + addresses.length === 0) {
    const critical = der(0x01, Buffer.from([0xff]));
    const isAuthority = der(0x04, der(0x30, der(0x01, Buffer.from([0xff]))));
    return [der(0x30, hex(OID.basicConstraints), critical, isAuthority)];
  }
  const names = [
    ...dnsNames.map((dns) => der(0x82, Buffer.from(dns))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  return [der(0x30, hex(OID.subjectAltName), der(0x04, der(0x30, ...names)))];
}

function name(commonName: string): Buffer {
  return der(0x30, der(0x31, der(0x30, hex(OID.commonName), der(0x0c, Buffer.from(commonName)))));
}

function time(at: Date): Buffer {
  return der(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
