import { random } from '../../scenario.js';

/** Thirty-two hexadecimal digits that depend on nothing but the arguments. */
export function drawnHex(seed: number, ...keys: readonly (string | number)[]): string {
  const words = [random(seed, ...keys), random(seed + 1, ...keys)].map((part) => Math.floor(part * 0x100000000));
  return words.map((word) => hex32(word) + hex32(Math.imul(word, 0x9e3779b1) ^ (word >>> 15))).join('');
}

// Number.toString(16) costs ten times as much, and every request has an id.
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex32(word: number): string {
  return `${HEX[word >>> 24]}${HEX[(word >>> 16) & 255]}${HEX[(word >>> 8) & 255]}${HEX[word & 255]}`;
}

/** A version 4 UUID that depends on nothing but the arguments. */
export function drawnUuid(seed: number, ...keys: readonly (string | number)[]): string {
  const hex = drawnHex(seed, ...keys);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
