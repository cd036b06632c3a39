import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, type CertificateFacts, makeCertificate } from '../stdio-bridge/certificate.js';

/** A certificate and its key in two files, as an operator mounts them, issued by an authority of its own. */
export class TlsFiles {
  readonly authority: Authority = makeCertificate({ commonName: 'Test authority' });
  readonly #folder = mkdtempSync(join(tmpdir(), 'tls-'));
  readonly certFile = join(this.#folder, 'tls.crt');
  readonly keyFile = join(this.#folder, 'tls.key');
  /** The certificate of the authority, for clients that read it from a file. */
  readonly authorityFile = join(this.#folder, 'ca.crt');

  constructor(facts: Partial<CertificateFacts> = {}) {
    writeFileSync(this.authorityFile, this.authority.cert);
    this.renew(facts);
  }

  get env(): { readonly TLS_CERT_FILE: string; readonly TLS_KEY_FILE: string } {
    return { TLS_CERT_FILE: this.certFile, TLS_KEY_FILE: this.keyFile };
  }

  /** A new certificate for this machine, not written anywhere. */
  issue(facts: Partial<CertificateFacts> = {}): Authority {
    return makeCertificate({
      commonName: 'server',
      dnsNames: ['localhost'],
      addresses: ['127.0.0.1'],
      authority: this.authority,
      ...facts,
    });
  }

  /** Issues a certificate and writes it and its key. */
  renew(facts: Partial<CertificateFacts> = {}): void {
    const { cert, key } = this.issue(facts);
    this.write({ cert, key });
  }

  /** Overwrites one file or both. */
  write({ cert, key }: { readonly cert?: string | Buffer; readonly key?: string | Buffer }): void {
    if (cert !== undefined) writeFileSync(this.certFile, cert);
    if (key !== undefined) writeFileSync(this.keyFile, key);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
