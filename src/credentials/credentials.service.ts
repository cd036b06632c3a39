import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import { type CallContext, PRINCIPAL, type Principal } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { type MiddlewareHost, watchAwsCalls } from './aws-call.middleware.js';
import { type AwsClientConstructor, AwsClientFactory } from './aws-client.factory.js';
import { AwsSession } from './aws-session.js';
import { type AwsTarget, awsTarget, type TargetInput } from './aws-target.js';
import { CredentialsExchangeService } from './credentials-exchange.service.js';
import { accountOf, type CredentialsPlan, identityInWords, planCredentials } from './credentials-plan.js';

/** Whom a handle such as a query id belongs to, and where it is valid. */
export interface AwsOwner {
  readonly issuer: string;
  readonly subject: string;
  /** Twelve digits; `local` and `server` for identities of the server's own machine. */
  readonly account: string;
  readonly region: string;
}

/** The only door to AWS: made for one call of one caller, it opens with that caller's credentials and no others. */
@Injectable({ scope: Scope.REQUEST })
export class CredentialsService {
  constructor(
    @Inject(PRINCIPAL) private readonly principal: Principal,
    @Inject(REQUEST) private readonly call: Pick<CallContext, 'requestId' | 'signal'>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly exchanges: CredentialsExchangeService,
    private readonly factory: AwsClientFactory,
    private readonly events: SecurityEventsService,
  ) {}

  /**
   * The caller's own SDK client for a target. Its errors are ServiceErrors, each of its calls is recorded, and
   * credentials that expire during the call are renewed. Use it within this call only, and pass `abortSignal` to `send`.
   * @throws ServiceError before any AWS call for a target, role or token that cannot work
   */
  async client<C extends MiddlewareHost>(Client: AwsClientConstructor<C>, input: TargetInput): Promise<C> {
    const { target, plan } = this.resolve(input);
    const caller = { principal: this.principal, requestId: this.call.requestId };
    const credentials = await unlessAborted(this.exchanges.obtain(plan, caller), this.call.signal);
    const session = new AwsSession(credentials, (stale) => this.exchanges.renew(plan, caller, stale));
    const client = this.factory.forUser(Client, () => session.current, target.region);
    watchAwsCalls(client, {
      ...caller,
      session,
      events: this.events,
      region: target.region,
      account: accountOf(plan),
      identity: identityInWords(plan),
    });
    return client;
  }

  /** Who owns what this call makes in a target; asks AWS nothing. */
  async owner(input: TargetInput): Promise<AwsOwner> {
    const { target, plan } = this.resolve(input);
    const { issuer, subject } = this.principal;
    return { issuer, subject, account: accountOf(plan), region: target.region };
  }

  private resolve(input: TargetInput): { readonly target: AwsTarget; readonly plan: CredentialsPlan } {
    const target = awsTarget(input, { ...this.config.aws, authEnabled: this.config.auth.enabled });
    return { target, plan: planCredentials(this.principal, this.config, target.profile) };
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
