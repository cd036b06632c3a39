import { CallHandler } from './call-handler.js';
import { CallLog } from './call-log.js';
import { CognitoIdentity, type UserPool } from './cognito-identity.js';
import { FaultPlan } from './faults.js';
import { listen } from './http-server.js';
import { IdentityStore } from './identities.js';
import { type OperationTable } from './operation.js';
import { createRoles, type LinkedAccounts, longLivedIdentities, type OidcProvider, type Role } from './roles.js';
import { Sts } from './sts.js';
import { WebIdentityVerifier } from './web-identity.js';
import { type FurtherAlarms } from './world.js';

export interface AwsEmulatorOptions {
  /** OpenID providers whose tokens AssumeRoleWithWebIdentity accepts; more can be added while it runs. */
  readonly oidcProviders?: readonly OidcProvider[];
  /** User pools whose ID tokens the identity pools accept; more can be added while it runs. */
  readonly userPools?: readonly UserPool[];
  /** Clock of data, signatures and sessions; default: the real one. */
  readonly now?: () => Date;
  /** Default: any free port. */
  readonly port?: number;
  /** Records of calls to keep at least, for long runs; default: all. */
  readonly keepCalls?: number;
  /** Accounts whose logs and metrics a monitoring account reads too, by its id; default: none anywhere. */
  readonly linkedAccounts?: LinkedAccounts;
  /** Alarms besides those of the sample accounts, by account id. */
  readonly furtherAlarms?: Readonly<Record<string, FurtherAlarms>>;
  /** Roles besides those of the sample accounts; the server may assume them, and an account of theirs exists. */
  readonly roles?: readonly Role[];
  /** Operations that answer otherwise than the sample accounts would. */
  readonly operations?: { readonly logs?: OperationTable; readonly monitoring?: OperationTable };
}

/** A running emulator. */
export interface AwsEmulator {
  /** Endpoint of all its services. */
  readonly url: string;
  readonly calls: CallLog;
  readonly faults: FaultPlan;
  addOidcProvider(provider: OidcProvider): void;
  addUserPool(pool: UserPool): void;
  close(): Promise<void>;
}

/**
 * Serves STS, Cognito identity pools and the given operations on one port of 127.0.0.1.
 * @throws Error with NODE_ENV=production: its keys are public
 */
export async function runEmulator(
  tables: { readonly logs: OperationTable; readonly monitoring: OperationTable },
  options: AwsEmulatorOptions = {},
): Promise<AwsEmulator> {
  if (process.env.NODE_ENV === 'production') {
    throw new Error('The AWS emulator does not start with NODE_ENV=production: its keys are public, its data invented');
  }
  const now = options.now ?? (() => new Date());
  const calls = new CallLog(options.keepCalls);
  const faults = new FaultPlan();
  const identities = new IdentityStore(longLivedIdentities(options.roles));
  const webIdentity = new WebIdentityVerifier();
  for (const provider of options.oidcProviders ?? []) webIdentity.add(provider);
  const roles = new Map([
    ...createRoles(options.linkedAccounts),
    ...(options.roles ?? []).map((role) => [role.arn, role] as const),
  ]);
  const sts = new Sts({ roles, identities, webIdentity });
  const cognito = new CognitoIdentity({ roles, identities });
  for (const pool of options.userPools ?? []) cognito.addUserPool(pool);
  const handler = new CallHandler({ identities, sts, cognito, tables, faults, calls, now });
  const server = await listen(handler, now, options.port ?? 0);
  return {
    url: server.url,
    calls,
    faults,
    addOidcProvider: (provider) => webIdentity.add(provider),
    addUserPool: (pool) => cognito.addUserPool(pool),
    close: () => server.close(),
  };
}
