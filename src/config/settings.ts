import { z } from 'zod';
import {
  exactOrigins,
  externalId,
  flag,
  integer,
  list,
  logLevel,
  networks,
  oneOf,
  optional,
  origin,
  roleArn,
  roleArns,
  secrets,
  secureUrl,
  strict,
  text,
} from './setting-types.js';

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
