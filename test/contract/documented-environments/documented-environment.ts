/** Variables as somebody wrote them down. */
export type Environment = Readonly<Record<string, string>>;

/** How somebody calls the server that an environment starts. */
export type Caller =
  | { readonly by: 'nobody' }
  | { readonly by: 'token'; readonly issuer: string; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly by: 'carried keys'; readonly issuer: string; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly by: 'opaque token' }
  | { readonly by: 'API key'; readonly key: string };

/** Variables that belong together, to the letter, and what comes of a server that is started with them alone. */
export interface DocumentedEnvironment {
  readonly name: string;
  readonly env: Environment;
  /** Every problem that stops the start, in full; absent: it starts as written. */
  readonly stopsWith?: readonly string[];
  /**
   * What is changed before a call can be answered: what the problems ask for, or an id of one's own in place of one that
   * nobody has.
   */
  readonly completed?: Environment;
  readonly caller: Caller;
  /** Whose signature the calls to AWS bear: the beginning of an ARN. */
  readonly signedBy: string;
}

/** The account that stands for one's own. */
export const ACCOUNT = '123456789012';

/** The beginning of the ARN of every session of a role in that account. */
export function sessionsOf(roleName: string): string {
  return `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/`;
}

export const NO_ROLE =
  'AWS_CLOUDWATCH_ROLE_ARN: signed-in callers have no AWS role. Set it, or AWS_ALLOWED_ROLE_ARNS for the roles their tokens may select, or grant them accounts in ACCESS_FILE (example: AWS_CLOUDWATCH_ROLE_ARN=arn:aws:iam::111122223333:role/CloudWatchReader)';

export const NO_ARN =
  'AWS_CLOUDWATCH_ROLE_ARN: must be the full ARN of an IAM role (role every caller assumes unless their token selects another; example: AWS_CLOUDWATCH_ROLE_ARN=arn:aws:iam::111122223333:role/CloudWatchReader)';

export const NO_WAY_IN = `No way in is configured. Set one of:
      OIDC_ISSUER and OIDC_CLIENT_ID   people sign in at your identity provider,  e.g. OIDC_ISSUER=https://idp.example.com OIDC_CLIENT_ID=cloudwatch-mcp
      API_KEYS                         machines present a key,                    e.g. API_KEYS=ci:sha256:<64 hex digits>
    and the role they use in AWS:
      AWS_CLOUDWATCH_ROLE_ARN          e.g. AWS_CLOUDWATCH_ROLE_ARN=arn:aws:iam::111122223333:role/CloudWatchReader
    or, on your own machine only:
      ENABLE_AUTH=false                one local user with AWS_PROFILE or the default AWS credentials
    To see it work with no configuration at all: npm run demo`;

/** The problem of a variable that was passed on from where it is not set. */
export function holdsNoValue(name: string, description: string, example: string): string {
  return `${name}: is set but holds no value; remove it or give it one (${description}; example: ${name}=${example})`;
}
