import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type ConfiguredRole, configuredRoles } from '../credentials/configured-roles.js';
import type { Check } from './check.js';
import { clockCheck, type ClockReading } from './clock-check.js';
import { configurationChecks } from './configuration-checks.js';
import { probe } from './http-probe.client.js';
import { IssuerCheckService } from './issuer-check.service.js';
import { uncheckedPools, uncheckedRole } from './role-checks.js';
import { RoleCheckService } from './role-check.service.js';
import { ServerIdentityCheckService } from './server-identity-check.service.js';

/**
 * Holds the configuration against the world: issuers, clocks, the server's identity, every role. It changes nothing;
 * credentials it obtains are thrown away. A mistake is reported where it is, not where it shows.
 */
@Injectable()
export class DoctorService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly issuers: IssuerCheckService,
    private readonly identity: ServerIdentityCheckService,
    private readonly roles: RoleCheckService,
  ) {}

  async examine(): Promise<readonly Check[]> {
    const [issuers, aws] = await Promise.all([this.issuers.examineAll(this.config.auth), this.#aws()]);
    const clocks = [...issuers, aws].flatMap(({ clock }) => clock ?? []);
    return [
      ...configurationChecks(this.config, new Date()),
      ...issuers.map(({ check }) => check),
      clockCheck(clocks),
      ...aws.checks,
    ];
  }

  async #aws(): Promise<{ readonly checks: readonly Check[]; readonly clock?: ClockReading }> {
    const roles = configuredRoles(this.config);
    const tried = roles.filter(({ byServer }) => byServer);
    const untried = [...roles.filter(({ byServer }) => !byServer).map(uncheckedRole), ...uncheckedPools(this.config)];
    const address = stsAddress(this.config.aws);
    const answer = await probe(address);
    if (!answer.reached) return { checks: [unreachable(address, answer.problem), ...tried.map(notTried), ...untried] };
    const reached: Check = { area: 'aws', status: 'ok', says: `AWS STS answers at ${address}.` };
    const { offsetMs } = answer;
    const clock = offsetMs === undefined ? undefined : { of: 'AWS', offsetMs };
    return { checks: [reached, ...(await this.#identityAndRoles(tried)), ...untried], clock };
  }

  async #identityAndRoles(tried: readonly ConfiguredRole[]): Promise<readonly Check[]> {
    const { auth, aws } = this.config;
    if (auth.enabled && tried.length === 0 && !aws.apiKeysUseServerIdentity) return [];
    const { checks, arn } = await this.identity.examine();
    if (arn === undefined) return [...checks, ...tried.map(notTried)];
    return [...checks, ...(await this.roles.examine(tried, arn))];
  }
}

function stsAddress({ endpointUrl, region }: AppConfig['aws']): string {
  return endpointUrl ?? `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function unreachable(address: string, problem: string): Check {
  return {
    area: 'aws',
    status: 'fail',
    says: `AWS STS cannot be reached at ${address}: ${problem}.`,
    fix: 'Check that this machine can reach it (name service, VPC endpoint, NAT, firewall) and that AWS_REGION is right.',
  };
}

function notTried({ arn, setting }: ConfiguredRole): Check {
  return { area: 'role', status: 'skip', says: `The role ${arn} (${setting}) was not tried for the reason above.` };
}
