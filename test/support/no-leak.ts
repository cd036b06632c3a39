import { expect } from 'vitest';

/** A piece of a credential of this length or more must not appear anywhere. */
export const PIECE = 16;

const LIBRARIES =
  /jsonwebtoken|jwks[-_]?rsa|JwksError|passport|\bjose\b|nestjs|express|undici|JsonWebTokenError|TokenExpiredError|jwt (?:malformed|expired|audience|issuer|signature)|invalid signature|ECONNREFUSED|fetch failed/i;
const STACK_TRACE = /\n\s+at |\\n\s+at |node:internal/;
const FILE_PATH = /node_modules|[\w-]+\.(?:ts|js|mjs):\d+|(?:^|[\s"'(])\/(?:work|home|srv|app|usr|tmp)\//;

/** What a server wrote while it dealt with one request. */
export interface Written {
  /** Body and headers. */
  readonly visible: string;
  readonly log: string;
  readonly metrics: string;
}

export interface Secrets {
  /** Credentials and key material as presented or configured. */
  readonly credentials: readonly string[];
  /** Values of the configuration that no client may learn: audiences, issuers, addresses of other systems. */
  readonly configured: readonly string[];
}

/** Fails when anything of the standard no-leak set is in what the server wrote. */
export function expectNoLeak(written: Written, { credentials, configured }: Secrets): void {
  for (const [where, text] of Object.entries(written) as [keyof Written, string][]) {
    expect(leakedPiece(text, ...credentials), `a piece of a credential in ${where}`).toBeUndefined();
    expect(text, `a library in ${where}`).not.toMatch(LIBRARIES);
    expect(text, `a stack trace in ${where}`).not.toMatch(STACK_TRACE);
    expect(text, `a file path in ${where}`).not.toMatch(FILE_PATH);
  }
  for (const value of configured) {
    expect(written.visible.includes(value), `a configured value in what the client sees`).toBe(false);
    expect(written.metrics.includes(value), `a configured value in the metrics`).toBe(false);
  }
}

/** The first piece of 16 characters or more of any of the secrets that `text` holds. */
export function leakedPiece(text: string, ...secrets: readonly string[]): string | undefined {
  const pieces = new Set(secrets.flatMap(piecesOf));
  for (let at = 0; at + PIECE <= text.length; at++) {
    const piece = text.slice(at, at + PIECE);
    if (pieces.has(piece)) return piece;
  }
  return undefined;
}

/** Every piece of that length of a text. */
export function piecesOf(secret: string): string[] {
  return Array.from({ length: Math.max(0, secret.length - PIECE + 1) }, (_, at) => secret.slice(at, at + PIECE));
}
