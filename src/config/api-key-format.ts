import { randomBytes } from 'node:crypto';

/** The keys this server makes begin so; a text with this prefix is never anything else. */
export const API_KEY_PREFIX = 'cwmcp_';

const FORMAT = /^cwmcp_[0-9a-f]{8}_[\w-]{43}_[0-9A-Za-z]{6}$/;
const CHECKSUM_LENGTH = 6;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * A new API key of 256 random bits: `cwmcp_<id>_<secret>_<checksum>`. The id tells keys apart without showing them; the
 * checksum (CRC-32 of all before it, base 62) tells a mistyped key from an unknown one without a list of keys.
 */
export function newApiKey(): string {
  const body = `${API_KEY_PREFIX}${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`;
  return `${body}_${checksum(body)}`;
}

/** Whether a text is a whole key of the server's own format, its checksum right. Says nothing of who may use it. */
export function isWellFormedKey(text: string): boolean {
  if (!FORMAT.test(text)) return false;
  return text.slice(-CHECKSUM_LENGTH) === checksum(text.slice(0, -CHECKSUM_LENGTH - 1));
}

/** The id inside a key of the server's own format, fit to be shown. */
export function keyIdOf(key: string): string {
  return key.slice(API_KEY_PREFIX.length, API_KEY_PREFIX.length + 8);
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** CRC-32 as in gzip (RFC 1952 section 8), for ASCII. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
