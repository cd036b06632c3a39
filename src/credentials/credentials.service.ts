import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { regionsOfPartition } from '../config/aws-regions.js';
import { ServiceError } from '../errors.js';
import { type CallContext, PRINCIPAL, type Principal } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { type AwsCallScope, type MiddlewareHost, watchAwsCalls } from './aws-call.middleware.js';
import { AwsCallLimitsService } from './aws-call-limits.service.js';
import { type AwsClientConstructor, AwsClientFactory } from './aws-client.factory.js';
import { AwsSession } from './aws-session.js';
import { accessOf } from './access.js';
import { AccessRulesService } from './access-rules.service.js';
import { type AwsTarget, awsTarget, type TargetInput } from './aws-target.js';
import { CredentialsExchangeService } from './credentials-exchange.service.js';
import { accountOf, identityInWords, quotaOf } from './credentials-plan.js';
import { SignedFetchClient, type SignedRequest } from './signed-fetch.client.js';

/** Whom a handle such as a query id belongs to, and where it is valid. */
export interface AwsOwner {
  readonly issuer: string;
  readonly subject: string;
  /** Twelve digits; `local` and `server` for identities of the server's own machine. */
  readonly account: string;
  readonly region: string;
  /** Ids of accounts linked to this one whose data the caller may name. */
  readonly linkedAccounts: readonly string[];
}

/** One account of the caller, as they may know it. */
export interface OwnAccount {
  /** What a call names it by. */
  readonly alias: string;
  /** True for the one a call goes to that names none. */
  readonly default: boolean;
  /** Twelve digits; undefined for identities of the server's own machine. */
  readonly id?: string;
  readonly roleArn?: string;
  readonly regions: readonly string[];
  /** True when those are all regions of the partition. */
  readonly everyRegion: boolean;
  readonly defaultRegion: string;
  readonly linkedAccounts: readonly string[];
  readonly description?: string;
}

/** The only door to AWS: made for one call of one caller, it opens with that caller's credentials and no others. */
@Injectable({ scope: Scope.REQUEST })
export class CredentialsService {
  constructor(
    @Inject(PRINCIPAL) private readonly principal: Principal,
    @Inject(REQUEST) private readonly call: Pick<CallContext, 'requestId' | 'signal' | 'reached'>,
    private readonly rules: AccessRulesService,
    private readonly exchanges: CredentialsExchangeService,
    private readonly factory: AwsClientFactory,
    private readonly events: SecurityEventsService,
    private readonly limits: AwsCallLimitsService,
    private readonly fetches: SignedFetchClient,
  ) {}

  /**
   * The caller's own SDK client for a target. Its errors are ServiceErrors, each of its calls is recorded, and
   * credentials that expire during the call are renewed. Use it within this call only, and pass `abortSignal` to `send`.
   * @throws ServiceError before any AWS call for a target, role or token that cannot work
   */
  async client<C extends MiddlewareHost>(Client: AwsClientConstructor<C>, input: TargetInput): Promise<C> {
    const scope = await this.scope(input);
    const client = this.factory.forUser(Client, () => scope.session.current, scope.region);
    watchAwsCalls(client, scope);
    return client;
  }

  /**
   * The JSON of an answer of CloudWatch's HTTP interface, asked with the caller's own credentials; for what no SDK
   * client offers. Recorded, limited and renewed as the calls of `client` are.
   * @throws ServiceError
   */
  async signedFetch(input: TargetInput, request: SignedRequest): Promise<unknown> {
    return this.fetches.get(await this.scope(input), request);
  }

  /** Who owns what this call makes in a target; asks AWS nothing. */
  async owner(input: TargetInput): Promise<AwsOwner> {
    const { account, region } = this.target(input);
    const { issuer, subject } = this.principal;
    return { issuer, subject, account: accountOf(account.plan), region, linkedAccounts: account.linkedAccounts };
  }

  /**
   * All accounts of the caller, their default first; asks AWS nothing.
   * @throws ServiceError `no_role`
   */
  accounts(): readonly OwnAccount[] {
    return accessOf(this.principal, this.rules.current).map(({ plan, ...account }, index) => ({
      ...account,
      default: index === 0,
      everyRegion: regionsOfPartition(account.defaultRegion)?.every((name) => account.regions.includes(name)) === true,
      id: /^\d{12}$/.exec(accountOf(plan))?.[0],
      roleArn: 'roleArn' in plan ? plan.roleArn : undefined,
    }));
  }

  private async scope(input: TargetInput): Promise<AwsCallScope> {
    const { account, region } = this.target(input);
    const { plan } = account;
    const place = { region, account: accountOf(plan) };
    const { requestId, signal, reached } = this.call;
    const caller = { principal: this.principal, requestId };
    reached?.(place);
    const credentials = await unlessAborted(this.exchanges.obtain(plan, caller), signal);
    reached?.({ ...place, sessionName: credentials.sessionName });
    return {
      ...caller,
      session: new AwsSession(credentials, (stale) => this.exchanges.renew(plan, caller, stale)),
      events: this.events,
      limits: this.limits,
      ...place,
      identity: identityInWords(plan),
      quota: quotaOf(plan, this.principal),
      signal,
    };
  }

  private target(input: TargetInput): AwsTarget {
    return awsTarget(input, accessOf(this.principal, this.rules.current));
  }
}

/**
 * Waits for credentials until the caller cancels; the exchange itself goes on for others. A caller already gone still
 * gets them, to stop what they started.
 */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new ServiceError('cancelled', 'The call was cancelled.'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
