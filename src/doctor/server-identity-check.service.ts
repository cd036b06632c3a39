import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { AwsClientFactory } from '../credentials/aws-client.factory.js';
import { UserCredentials } from '../credentials/user-credentials.js';
import type { Check } from './check.js';

/** Who the server itself is in AWS. */
export interface ServerIdentityFindings {
  readonly checks: readonly Check[];
  /** Absent when the server has no identity that AWS accepts. */
  readonly arn?: string;
}

const FIVE_MINUTES_MS = 300_000;

/** Whether the server has an AWS identity, and whether that identity could read what only its callers may read. */
@Injectable()
export class ServerIdentityCheckService {
  constructor(
    private readonly factory: AwsClientFactory,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async examine(): Promise<ServerIdentityFindings> {
    const { profile, region } = this.config.aws;
    try {
      const identity = new UserCredentials(await this.factory.machineIdentity(profile));
      const sts = this.factory.forUser(STSClient, () => identity, region);
      const { Arn: arn = 'without a name' } = await sts.send(new GetCallerIdentityCommand({}));
      const known: Check = { area: 'server-identity', status: 'ok', says: `The server is ${arn} in AWS.` };
      return { checks: [known, ...(await this.#mayRead(identity))], arn };
    } catch (error) {
      return { checks: [unknown(error)] };
    }
  }

  /** SECURITY: an identity that can read nothing makes even a defect that signs with it harmless. */
  async #mayRead(identity: UserCredentials): Promise<readonly Check[]> {
    const { auth, aws } = this.config;
    if (!auth.enabled || aws.apiKeysUseServerIdentity) return [];
    const cloudwatch = this.factory.forUser(CloudWatchClient, () => identity, aws.region);
    const now = Date.now();
    const metric = { Namespace: 'AWS/Logs', MetricName: 'IncomingBytes' };
    const query = new GetMetricDataCommand({
      StartTime: new Date(now - FIVE_MINUTES_MS),
      EndTime: new Date(now),
      MetricDataQueries: [{ Id: 'probe', MetricStat: { Metric: metric, Period: 300, Stat: 'Sum' } }],
    });
    const reads = await cloudwatch.send(query).then(
      () => true,
      () => false,
    );
    if (!reads) return [];
    return [
      {
        area: 'server-identity',
        status: 'warn',
        says: "The server's own identity can read CloudWatch, which only callers should.",
        fix: 'Deny it that, with the statement NoDirectReads of config/iam/server-role.permissions.json.',
      },
    ];
  }
}

function unknown(error: unknown): Check {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return {
    area: 'server-identity',
    status: 'fail',
    says: `The server has no AWS identity that AWS accepts: ${name}: ${message}`,
    fix: 'Give the machine one: a task role (ECS), a pod identity (Kubernetes), an instance profile (EC2), or credentials in the environment.',
  };
}
