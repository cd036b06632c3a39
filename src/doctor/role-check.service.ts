import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { awsErrorKind, mayPass } from '../credentials/aws-error-names.js';
import type { ConfiguredRole } from '../credentials/configured-roles.js';
import { AssumeRoleExchange } from '../credentials/exchange/assume-role.exchange.js';
import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';
import type { Check } from './check.js';
import { type AssumeOutcome, roleChecks, type RoleProbe } from './role-checks.js';

/** Whom CloudTrail shows for the sessions that are opened here and thrown away. */
const PROBE: Principal = {
  issuer: 'urn:cloudwatch-mcp-server:doctor',
  subject: 'doctor',
  method: 'jwt',
  displayName: 'doctor',
  scopes: [],
  groups: [],
  claims: {},
};

const AT_ONCE = 8;
const TRIES = 3;
const PAUSE_MS = 500;

/** Assumes every configured role exactly as it is assumed for a caller, and once more without its external id. */
@Injectable()
export class RoleCheckService {
  constructor(
    private readonly assumeRole: AssumeRoleExchange,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async examine(roles: readonly ConfiguredRole[], serverArn: string): Promise<readonly Check[]> {
    const probes: RoleProbe[] = [];
    for (let start = 0; start < roles.length; start += AT_ONCE) {
      const batch = roles.slice(start, start + AT_ONCE);
      probes.push(...(await Promise.all(batch.map((role) => this.#probe(role)))));
    }
    return roleChecks(probes, serverArn);
  }

  async #probe(role: ConfiguredRole): Promise<RoleProbe> {
    const asConfigured = await this.#assume(role.arn, role.externalId);
    if (asConfigured.kind !== 'assumed' || role.externalId === undefined) return { role, asConfigured };
    return { role, asConfigured, withoutExternalId: await this.#assume(role.arn) };
  }

  async #assume(roleArn: string, externalId?: string, triesLeft = TRIES): Promise<AssumeOutcome> {
    try {
      const { sessionPolicy } = this.config.aws;
      await this.assumeRole.exchange({ kind: 'assume-role', roleArn, externalId, sessionPolicy }, PROBE);
      return { kind: 'assumed' };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (mayPass(error.cause) && triesLeft > 1) {
        await setTimeout(PAUSE_MS);
        return this.#assume(roleArn, externalId, triesLeft - 1);
      }
      const kind = awsErrorKind(error.cause) === 'access-denied' ? 'refused' : 'failed';
      return { kind, said: error.detail ?? error.message };
    }
  }
}
