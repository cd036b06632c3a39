import { CloudWatchLogsClient, type StartQueryCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { regionOfArns } from '../cloudwatch/arn.js';
import { Clock } from '../cloudwatch/clock.service.js';
import { type TargetInput, targetOf } from '../cloudwatch/target-input.js';
import { type TimeRange, timeRange, type TimeRangeInput } from '../cloudwatch/time-range.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type AwsOwner, CredentialsService } from '../credentials/credentials.service.js';
import { checkAccountsOf, type InsightsQueryInput, planQuery, type PlannedQuery } from './insights-query.js';
import { lookAtLeftQuery } from './left-queries.client.js';
import { logGroupArns } from './log-group.js';
import { type QuerySlot, RunningQueriesService } from './running-queries.service.js';
import type { ScanEstimate } from './scan-estimate.js';
import { guardScan } from './scan-guard.client.js';

/** What a call asks for: a query, a window and a place. */
export interface QueryCall extends InsightsQueryInput, TimeRangeInput, TargetInput {
  readonly confirm_scan?: boolean | null;
}

/** A query that may start now, and everything that is known of it before. */
export interface PreparedQuery extends Pick<PlannedQuery, 'field'> {
  readonly client: CloudWatchLogsClient;
  readonly request: StartQueryCommandInput;
  readonly owner: AwsOwner;
  readonly range: TimeRange;
  readonly estimate: ScanEstimate | undefined;
  /** Taken: to be released or left running. */
  readonly slot: QuerySlot;
}

/** What comes before a query of a caller, whoever waits for it: what it may read, its scan, its slot. */
@Injectable({ scope: Scope.REQUEST })
export class QueryPreparationService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    private readonly running: RunningQueriesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @throws ServiceError for a query that cannot be, may not be, scans too much or has to wait for others to end */
  async prepare(input: QueryCall, signal: AbortSignal): Promise<PreparedQuery> {
    const { allowedLogGroups, maxScanGb } = this.config.tools;
    const now = this.clock.now();
    const range = timeRange(input, now);
    const query = planQuery(input, range, allowedLogGroups);
    const target = { ...targetOf(input), region: regionOfArns(query.field, logGroupArns(query.arns), input.region) };
    const owner = await this.credentials.owner(target);
    checkAccountsOf(query, owner);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const scan = {
      groups: query.groups,
      range,
      now,
      maxScanGb,
      account: owner.account,
      confirmed: input.confirm_scan === true,
    };
    const estimate = await guardScan(client, scan, signal);
    const hasEnded = lookAtLeftQuery(this.credentials, signal);
    const slot = await this.running.slot(owner, { wait: false, signal, hasEnded });
    return { client, request: query.request, field: query.field, owner, range, estimate, slot };
  }
}
