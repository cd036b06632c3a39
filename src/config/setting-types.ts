import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { regionsOfPartition } from './aws-regions.js';

const blank = (text: string | undefined): boolean => text === undefined || text.trim() === '';

const PLACEHOLDERS = new Set(['undefined', 'null', 'none', 'changeme']);

/** Words that scripts and templates write where a value is missing. */
export function standsForNothing(value: string): boolean {
  return PLACEHOLDERS.has(value.trim().toLowerCase());
}

/** An optional variable; blank counts as unset. */
export function optional<T>(parse: (text: string, ctx: z.RefinementCtx) => T | typeof z.NEVER) {
  return z
    .string()
    .optional()
    .transform((text, ctx) => (text === undefined || blank(text) ? undefined : parse(text.trim(), ctx)));
}

/** A security variable: when present at all it must hold something, since "" would silently mean "no check". */
export function strict<T>(parse: (text: string, ctx: z.RefinementCtx) => T | typeof z.NEVER) {
  return z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return undefined;
      if (blank(text) || standsForNothing(text)) {
        return refuse(ctx, 'is set but holds no value; remove it or give it one');
      }
      return parse(text.trim(), ctx);
    });
}

/** Reports what is wrong with a value; the variable's name is put before it. */
export function refuse(ctx: z.RefinementCtx, message: string): typeof z.NEVER {
  ctx.addIssue({ code: 'custom', message });
  return z.NEVER;
}

/** Any text. */
export const text = (value: string): string => value;

/** One client id; a list of them would match none. */
export function clientId(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return value.includes(',') ? refuse(ctx, 'must be one client id, without a comma') : value;
}

/** Comma separated; an empty entry is a mistake, not a value. */
export function list(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const items = value.split(',').map((item) => item.trim());
  if (items.some((item) => item === '')) return refuse(ctx, 'has an empty entry; check for a stray comma');
  if (items.some(standsForNothing))
    return refuse(ctx, 'has an entry that stands for no value; give the value or leave it out');
  return items;
}

/** Addresses or CIDRs. */
export function networks(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const entries = list(value, ctx);
  if (!Array.isArray(entries)) return entries;
  if (entries.some((entry) => /\/0+$/.test(entry)))
    return refuse(ctx, 'must not hold a network of everyone (/0); name those of your own proxies');
  return entries.every(isNetwork) ? entries : refuse(ctx, 'entries must be addresses or CIDRs such as 10.0.0.0/24');
}

function isNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const width = isIPv6(address) ? 128 : 32;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width))
  );
}

/** `true` or `false`, in any case. */
export function flag(value: string, ctx: z.RefinementCtx): boolean | typeof z.NEVER {
  const lower = value.toLowerCase();
  if (lower === 'true') return true;
  if (lower === 'false') return false;
  return refuse(ctx, 'must be true or false');
}

/** A whole number within bounds. */
export function integer(minimum: number, maximum: number) {
  return (value: string, ctx: z.RefinementCtx): number | typeof z.NEVER => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= minimum && number <= maximum) return number;
    return refuse(ctx, `must be a whole number from ${minimum} to ${maximum}`);
  };
}

/** A number within bounds, written with digits and at most one point. */
export function decimal(minimum: number, maximum: number) {
  return (value: string, ctx: z.RefinementCtx): number | typeof z.NEVER => {
    const number = Number(value);
    if (/^\d{1,9}(\.\d{1,9})?$/.test(value) && number >= minimum && number <= maximum) return number;
    return refuse(ctx, `must be a number from ${minimum} to ${maximum}`);
  };
}

/** Host names that never leave this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i.test(hostname);
}

/** https, or http on loopback only; no user info, query or fragment (RFC 8414 section 2, RFC 8725 section 3.10). */
export function secureUrl(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  const address = secureAddress(value, ctx);
  if (typeof address !== 'string') return address;
  // Not `url.search`: a bare ? or # at the end is empty there, and yet no issuer has one.
  return /[?#]/.test(value) ? refuse(ctx, 'must not hold a query or fragment') : value;
}

/** https, or http on loopback only; no user info. Some providers publish keys at an address with a query. */
export function secureAddress(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // A host name may end in a comma for the URL parser, which also drops line breaks.
  if (url === undefined || /\s|,$|,\//.test(value)) return refuse(ctx, 'must be one URL');
  if (url.username !== '' || url.password !== '') return refuse(ctx, 'must not hold a user name or password');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return value;
  return refuse(ctx, 'must begin with https:// (http:// is accepted for loopback addresses only)');
}

/** An https address that is only ever shown to people. */
export function webAddress(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return URL.canParse(value) && new URL(value).protocol === 'https:'
    ? value
    : refuse(ctx, 'must be an address that begins with https://');
}

/** The name of an AWS region. */
export function region(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return regionsOfPartition(value) === undefined ? refuse(ctx, 'is not a published AWS region') : value;
}

/** The id of a Cognito user pool: its region, `_` and letters or digits. */
export function userPoolId(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return /^[a-z]{2}(-[a-z]+)+-\d_[0-9A-Za-z]{1,55}$/.test(value)
    ? value
    : refuse(ctx, 'must be the id of a Cognito user pool, its region and letters or digits');
}

/** The id of a Cognito identity pool: its region, `:` and a UUID. */
export function identityPoolId(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return /^[a-z]{2}(-[a-z]+)+-\d:[0-9A-Za-z-]{1,55}$/.test(value)
    ? value
    : refuse(ctx, 'must be the id of a Cognito identity pool, its region and a UUID');
}

/** A secure URL without a path. */
export function origin(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  const url = secureUrl(value, ctx);
  if (typeof url !== 'string') return url;
  if (new URL(url).pathname !== '/') return refuse(ctx, 'must be an origin without a path; /mcp is added to it');
  return new URL(url).origin;
}

/** `*`, brackets and the like are valid in a URL's host and never in a browser's. */
const ORIGIN = /^https?:\/\/([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/;

/** Browser origins, compared as they are: no pattern. */
export function exactOrigins(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const origins = list(value, ctx);
  if (!Array.isArray(origins)) return origins;
  for (const entry of origins) {
    if (!ORIGIN.test(entry) || !URL.canParse(entry) || new URL(entry).origin !== entry) {
      return refuse(
        ctx,
        'entries must be exact origins such as https://chat.example.com: no *, pattern, path or trailing /',
      );
    }
  }
  return origins;
}

const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

/** The full ARN of an IAM role. */
export function roleArn(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return ROLE_ARN.test(value) ? value : refuse(ctx, 'must be the full ARN of an IAM role');
}

/** Full ARNs of IAM roles. */
export function roleArns(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const arns = list(value, ctx);
  if (!Array.isArray(arns)) return arns;
  return arns.every((arn) => ROLE_ARN.test(arn)) ? arns : refuse(ctx, 'entries must be full ARNs of IAM roles');
}

/** An external id as STS takes it. */
export function externalId(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return /^[\w+=,.@:/-]{2,1224}$/.test(value)
    ? value
    : refuse(ctx, 'must be 2 to 1224 characters of A-Z a-z 0-9 _+=,.@:/-');
}

const SESSION_POLICY_LIMIT = 2048;

/** A session policy as STS takes it, without white space it does not need. */
export function sessionPolicy(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  const policy = jsonObject(value);
  if (policy === undefined) return refuse(ctx, 'must be an IAM policy in JSON');
  if (typeof policy['Statement'] !== 'object' || policy['Statement'] === null)
    return refuse(ctx, 'must hold a Statement');
  const compact = JSON.stringify(policy);
  // The characters of the STS API (AssumeRole, Policy).
  if (!/^[\t\n\r\x20-\xff]+$/.test(compact)) return refuse(ctx, 'holds characters beyond Latin-1');
  return compact.length <= SESSION_POLICY_LIMIT ? compact : refuse(ctx, 'is longer than 2,048 characters');
}

function jsonObject(value: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** One secret of 32 bytes or more, or two while rotating. */
export function secrets(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const values = list(value, ctx);
  if (!Array.isArray(values)) return values;
  if (values.length > 2) return refuse(ctx, 'takes one value, or two while rotating');
  return values.every((entry) => Buffer.byteLength(entry) >= 32) ? values : refuse(ctx, 'must be 32 bytes or more');
}

const LOG_LEVELS: Readonly<Record<string, string>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
  silent: 'silent',
};

/** A level by our name or Python's, as pino spells it. */
export function logLevel(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return LOG_LEVELS[value.toLowerCase()] ?? refuse(ctx, 'must be DEBUG, INFO, WARNING, ERROR or CRITICAL');
}

/** A standard stream by name or the path of a file, which has a slash so that neither is taken for the other. */
export function logTarget(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  if (/^(stdout|stderr)$/i.test(value)) return value.toLowerCase();
  return /[\\/]/.test(value) ? value : refuse(ctx, 'must be stdout, stderr or the path of a file, with a slash in it');
}

/** One of a few words. */
export function oneOf<const T extends string>(...values: readonly T[]) {
  return (value: string, ctx: z.RefinementCtx): T | typeof z.NEVER =>
    values.find((candidate) => candidate === value) ?? refuse(ctx, `must be ${values.join(' or ')}`);
}
