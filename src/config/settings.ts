import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

const blank = (text: string | undefined): boolean => text === undefined || text.trim() === '';

const PLACEHOLDERS = new Set(['undefined', 'null', 'none', 'changeme']);

/** An optional variable; blank counts as unset. */
function optional<T>(parse: (text: string, ctx: z.RefinementCtx) => T | typeof z.NEVER) {
  return z
    .string()
    .optional()
    .transform((text, ctx) => (text === undefined || blank(text) ? undefined : parse(text.trim(), ctx)));
}

/** A security variable: when present at all it must hold something, since "" would silently mean "no check". */
function strict<T>(parse: (text: string, ctx: z.RefinementCtx) => T | typeof z.NEVER) {
  return z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return undefined;
      if (blank(text) || PLACEHOLDERS.has(text.trim().toLowerCase())) {
        return refuse(ctx, 'is set but holds no value; remove it or give it one');
      }
      return parse(text.trim(), ctx);
    });
}

function refuse(ctx: z.RefinementCtx, message: string): typeof z.NEVER {
  ctx.addIssue({ code: 'custom', message });
  return z.NEVER;
}

const text = (value: string): string => value;

function list(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const items = value.split(',').map((item) => item.trim());
  if (items.some((item) => item === '')) return refuse(ctx, 'has an empty entry; check for a stray comma');
  return items;
}

function networks(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const entries = list(value, ctx);
  if (!Array.isArray(entries)) return entries;
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

function flag(value: string, ctx: z.RefinementCtx): boolean | typeof z.NEVER {
  const lower = value.toLowerCase();
  if (lower === 'true') return true;
  if (lower === 'false') return false;
  return refuse(ctx, 'must be true or false');
}

function integer(minimum: number, maximum: number) {
  return (value: string, ctx: z.RefinementCtx): number | typeof z.NEVER => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= minimum && number <= maximum) return number;
    return refuse(ctx, `must be a whole number from ${minimum} to ${maximum}`);
  };
}

/** Host names that never leave this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i.test(hostname);
}

/** https, or http on loopback only; no user info, query or fragment (RFC 8414 section 2, RFC 8725 section 3.10). */
function secureUrl(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) return refuse(ctx, 'must be a URL');
  if (url.username !== '' || url.password !== '') return refuse(ctx, 'must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') return refuse(ctx, 'must not hold a query or fragment');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return value;
  return refuse(ctx, 'must begin with https:// (http:// is accepted for loopback addresses only)');
}

function origin(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  const url = secureUrl(value, ctx);
  if (typeof url !== 'string') return url;
  if (new URL(url).pathname !== '/') return refuse(ctx, 'must be an origin without a path; /mcp is added to it');
  return new URL(url).origin;
}

function exactOrigins(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const origins = list(value, ctx);
  if (!Array.isArray(origins)) return origins;
  for (const entry of origins) {
    if (!URL.canParse(entry) || new URL(entry).origin !== entry) {
      return refuse(
        ctx,
        'entries must be exact origins such as https://chat.example.com: no *, pattern, path or trailing /',
      );
    }
  }
  return origins;
}

const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

function roleArn(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return ROLE_ARN.test(value) ? value : refuse(ctx, 'must be the full ARN of an IAM role');
}

function roleArns(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
  const arns = list(value, ctx);
  if (!Array.isArray(arns)) return arns;
  return arns.every((arn) => ROLE_ARN.test(arn)) ? arns : refuse(ctx, 'entries must be full ARNs of IAM roles');
}

function externalId(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return /^[\w+=,.@:/-]{2,1224}$/.test(value)
    ? value
    : refuse(ctx, 'must be 2 to 1224 characters of A-Z a-z 0-9 _+=,.@:/-');
}

function secrets(value: string, ctx: z.RefinementCtx): string[] | typeof z.NEVER {
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

function logLevel(value: string, ctx: z.RefinementCtx): string | typeof z.NEVER {
  return LOG_LEVELS[value.toLowerCase()] ?? refuse(ctx, 'must be DEBUG, INFO, WARNING, ERROR or CRITICAL');
}

function oneOf<const T extends string>(...values: readonly T[]) {
  return (value: string, ctx: z.RefinementCtx): T | typeof z.NEVER =>
    values.find((candidate) => candidate === value) ?? refuse(ctx, `must be ${values.join(' or ')}`);
}

/** An environment variable as data: what an error message and the documentation say of it. */
export type SettingNotes = {
  readonly description: string;
  readonly example: string;
};

const note = (description: string, example: string): SettingNotes => ({ description, example });

/** Every variable the server reads, in the order the documentation lists them. */
export const settingsSchema = z.object({
  PUBLIC_URL: optional(origin).meta(
    note("this server's address as clients see it, origin only", 'https://mcp.example.com'),
  ),
  CLOUDWATCH_MCP_PORT: optional(integer(0, 65535)).meta(note('port to listen on', '3334')),
  CLOUDWATCH_MCP_SERVER_HOST: optional(text).meta(note('address to listen on', '0.0.0.0')),
  METRICS_PORT: optional(integer(0, 65535)).meta(note('port of the Prometheus metrics', '9464')),
  ALLOWED_HOSTS: optional(list).meta(note('host names accepted in Host, ports ignored', 'mcp.example.com')),
  CORS_ALLOWED_ORIGINS: optional(exactOrigins).meta(note('browser origins that may call', 'https://chat.example.com')),
  TRUSTED_PROXIES: optional(networks).meta(note('CIDRs whose X-Forwarded-For counts', '10.0.0.0/24,10.0.1.0/24')),
  ENABLE_AUTH: strict(text).meta(note('only the value false switches authentication off', 'true')),
  AUTH_ENABLED: strict(text).meta(note('older name of ENABLE_AUTH', 'true')),
  INSECURE_ALLOW_NO_AUTH: optional(flag).meta(note('listen beyond loopback without authentication', 'true')),
  OIDC_ISSUER: strict(secureUrl).meta(
    note('issuer of the accepted tokens, exactly as in their iss', 'https://idp.example.com'),
  ),
  OIDC_CLIENT_ID: strict(text).meta(
    note("the client id registered at the issuer for this server's users", 'cloudwatch-mcp'),
  ),
  OAUTH_AUDIENCE: strict(list).meta(note('accepted audiences, exact match', 'https://mcp.example.com/mcp')),
  OAUTH_ALLOWED_CLIENTS: strict(list).meta(
    note('client ids whose tokens are accepted; unset: any of the issuer', 'librechat,vscode'),
  ),
  ACCEPT_ID_TOKENS: optional(flag).meta(note('accept ID tokens although OAUTH_AUDIENCE is set', 'true')),
  API_KEYS: strict(text).meta(
    note('API keys, comma separated: keys of 32 characters or more, or label:sha256:hex', 'ci:sha256:<64 hex digits>'),
  ),
  API_KEY_CREDENTIALS: optional(oneOf('server')).meta(
    note("API-key callers use the server's own AWS identity", 'server'),
  ),
  AWS_REGION: optional(text).meta(note('default region of a call', 'eu-west-1')),
  AWS_ALLOWED_REGIONS: optional(list).meta(
    note('regions a call may name; default: all of the partition', 'us-east-1,eu-west-1'),
  ),
  AWS_CLOUDWATCH_ROLE_ARN: strict(roleArn).meta(
    note(
      'role every caller assumes unless their token selects another',
      'arn:aws:iam::111122223333:role/CloudWatchReader',
    ),
  ),
  AWS_ALLOWED_ROLE_ARNS: strict(roleArns).meta(
    note(
      'roles the claim custom:role_arn may select',
      'arn:aws:iam::111122223333:role/TeamA,arn:aws:iam::444455556666:role/TeamB',
    ),
  ),
  AWS_ROLE_EXTERNAL_ID: strict(externalId).meta(
    note('external id sent with AssumeRole', '6f1c9a52-0d7e-4f0a-9b53-2d6e8a9c7f10'),
  ),
  AWS_CREDENTIAL_EXCHANGE: optional(oneOf('assume-role', 'web-identity')).meta(
    note('how a token becomes AWS credentials', 'assume-role'),
  ),
  AWS_PROFILE: optional(text).meta(note('AWS profile for local use without authentication', 'dev')),
  AWS_ENDPOINT_URL: optional(secureUrl).meta(note('another address for all AWS calls', 'http://127.0.0.1:4566')),
  INSECURE_ALLOW_AWS_ENDPOINT: optional(flag).meta(note("allow AWS_ENDPOINT_URL outside AWS's own domains", 'true')),
  STATE_SECRET: strict(secrets).meta(
    note(
      'secret that seals query and session ids, the same on all replicas; two while rotating',
      'output of: openssl rand -base64 48',
    ),
  ),
  RATE_LIMIT_PER_USER: optional(integer(1, 1_000_000)).meta(note('requests a minute for each caller', '120')),
  RATE_LIMIT_FAILED_AUTH: optional(integer(1, 1_000_000)).meta(
    note('failed authentications a minute for each address', '20'),
  ),
  EXPECTED_REPLICAS: optional(integer(1, 10_000)).meta(note('replicas among which in-process limits are divided', '3')),
  LOG_LEVEL: optional(logLevel).meta(note('DEBUG, INFO, WARNING, ERROR or CRITICAL', 'INFO')),
  FASTMCP_LOG_LEVEL: optional(logLevel).meta(note('older name of LOG_LEVEL', 'INFO')),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof typeof settingsSchema.shape;

/** What the documentation says of a variable. */
export function settingNotes(name: SettingName): SettingNotes {
  return settingsSchema.shape[name].meta() as unknown as SettingNotes;
}
