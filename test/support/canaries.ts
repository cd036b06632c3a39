import { PIECE, piecesOf } from './no-leak.js';

/** Secrets planted in a run, and where any piece of them has turned up. */
export class Canaries {
  readonly #secrets = new Map<string, string>();

  get size(): number {
    return this.#secrets.size;
  }

  /** Plants a secret; the name is what a failing test says of it. */
  plant(name: string, secret: string): string {
    this.#secrets.set(secret, name);
    return secret;
  }

  /** Each secret of which a text has a piece, in any of its forms, with what stands before the first such piece. */
  foundIn(places: Readonly<Record<string, string>>): string[] {
    const pieces = new Map<string, string>();
    for (const [secret, name] of this.#secrets) {
      for (const form of disguises(secret)) for (const piece of piecesOf(form)) pieces.set(piece, name);
    }
    const found = new Map<string, string>();
    for (const [place, text] of Object.entries(places)) {
      for (let at = 0; at + PIECE <= text.length; at += 1) {
        const name = pieces.get(text.slice(at, at + PIECE));
        const what = `${name} in ${place}`;
        if (name !== undefined && !found.has(what)) found.set(what, text.slice(Math.max(0, at - 120), at + PIECE));
      }
    }
    return [...found].map(([what, context]) => `${what}: ${context}`);
  }
}

/** A secret as it could be hidden in other text: as it is, in base64 at any offset, in hex, in a URL. */
export function disguises(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.from(' '.repeat(offset) + secret).toString('base64');
    // The first and last characters depend on what stands beside the secret.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  const base64url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    ...new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...base64, ...base64url]),
  ];
}
